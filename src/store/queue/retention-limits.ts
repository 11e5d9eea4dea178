/** How much is kept of what every unit leaves behind, and how much of the rest is forgotten with one batch. */

/** Idempotency keys are kept for 7 days. */
export const KEY_KEPT_MS = 7 * 24 * 3_600_000
/** Positions or keys deleted at once: more than the 1,000 units of a full batch add. */
export const DUE_MAX = 2_000
/** Left until so many are due, because each deletion writes pages that the batch itself may not touch. */
export const DUE_MIN = 500

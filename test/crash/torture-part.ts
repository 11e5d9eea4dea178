/** What a part of the torture is. */

/** What every part is told. */
export interface TortureOptions {
  readonly seed: number
  /** How long the parts that have no end of their own go on. */
  readonly minutes: number
  /** How long the log is watched. */
  readonly logMinutes: number
  /** Writes a line of progress. */
  readonly say: (line: string) => void
}

/** One kind of torture. */
export interface TorturePart {
  /** As `--only` names it. */
  readonly name: string
  /** Resolves with what was wrong; nothing, when all held. */
  readonly run: (options: TortureOptions) => Promise<readonly string[]>
}

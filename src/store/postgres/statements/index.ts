/**
 * statements: turns declarations and encoded units into the SQL that is sent and the values it is bound to. It promises
 * that a statement which changes rows notes them in the change table in the same round trip. It sends nothing.
 */
export { bind, planUnit } from './plan.ts'
export type { Call, Moment, PlannedUnit } from './plan.ts'
export { manyRowsText, shapeStatement } from './shape.ts'
export type { Shaped } from './shape.ts'

/**
 * statements: turns declarations and encoded units into the SQL that is sent and the values it is bound to. It promises
 * that a statement which changes rows notes them in the change table in the same round trip. It sends nothing.
 */
export { binaryArray } from './array.ts'
export { bind, planUnit } from './plan.ts'
export type { Call, Moment, PlannedUnit } from './plan.ts'
export { manyRowsOf, shapeStatement } from './shape.ts'
export type { ManyRows, Shaped } from './shape.ts'

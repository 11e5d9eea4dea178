/**
 * Millrace's side of the commit benchmark on Postgres: many callers, each awaiting the power-safe receipt of a unit
 * before it hands over the next. A unit is one row and its change row; with --guard also a job that must be held.
 */
import { parseArgs } from 'node:util'
import { postgresArgs, timedCalls } from '../rig/timed-calls.ts'
import { openUnitWriter } from './unit.ts'

const { values } = parseArgs({ options: { ...postgresArgs, guard: { type: 'boolean', default: false } } })
await using writer = await openUnitWriter(values.db, { bytes: Number(values.bytes), hasGuard: values.guard })
const result = await timedCalls(values, () => writer.write())
process.stdout.write(`${JSON.stringify(result)}\n`)

/** Which steps of the schema a database has, against those this Millrace knows. */
import { MillraceError } from '../../../model/index.ts'
import { ok, warn, type Check } from '../../finding.ts'
import type { Connection } from '../connect/index.ts'
import { migrations, pendingMigrations } from '../migrations/index.ts'

/** @throws MillraceError NotFound where there is nothing, ForeignDatabase, SchemaNewer, SchemaChanged */
export async function checkSchema(connection: Connection, name: string): Promise<Check> {
  const pending = await pendingMigrations(connection, migrations)
  const done = migrations.filter((step) => !pending.includes(step)).at(-1)
  if (done === undefined) {
    const advice = 'crawl something first, or name another --db'
    throw new MillraceError('NotFound', `expected a Millrace database at ${name}; ${advice}`)
  }
  if (pending.length === 0) return ok('schema', `version ${done.id}, as this Millrace knows it`)
  const names = pending.map((step) => step.name).join(', ')
  const advice = 'the next command that opens it upgrades it'
  return warn('schema', `version ${done.id}; still to come: ${names}`, advice)
}

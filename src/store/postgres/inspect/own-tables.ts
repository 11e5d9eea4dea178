/** The tables of a store, as its schema makes them: a schema may have others, which are nobody's business here. */
import { migrations } from '../migrations/index.ts'

/** Their names. */
export const OWN_TABLES: readonly string[] = [
  'schema_migrations',
  ...migrations.flatMap(({ sql }) => [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = '']) => name)),
]

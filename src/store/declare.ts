/**
 * Declarations: the folder that owns a noun says here, once and as data, what its rows look like and which commands,
 * guards and queries exist. Plain writes are generated from the table; only what differs is written by hand. A
 * declaration is a function that makes the named data, so a unit reads as a list of what is done.
 */
import type { Shape, Values } from './codec.ts'
import type { Command, Guard, Query } from './contract.ts'

/** A table as its owner sees it: camelCase names here, the same in snake_case in SQL. Every table has `position`. */
export interface Table<S extends Shape = Shape> {
  readonly name: string
  /** The word of the word table that `changes` names. */
  readonly noun: string
  /** The name that identifies a row in `changes`; a text column that is unique. */
  readonly key: keyof S & string
  readonly columns: S
}

/** SQL of a backend that does not take what the others take. */
export interface Dialects {
  /** What Postgres is given in place of `sql`; left out where it takes the same text. */
  readonly postgres?: string
}

/**
 * One SQL statement of a command. Parameters are `:name`; `:position` and `:now` are always there. Every backend takes
 * `sql` as it is, with the functions of docs/query.md, but where `postgres` says otherwise.
 */
export interface Statement extends Dialects {
  readonly sql: string
  /** What it does to rows of which noun, for `changes`; left out when it changes nothing others may care for. */
  readonly changes?: {
    readonly noun: string
    readonly op: 'put' | 'delete'
    /** Parameter that holds the row's id; or 'returning': the first column the statement returns. */
    readonly id: string
  }
  /** Its rows are the command's result. */
  readonly gives?: true
}

/** A declared command. All statements are run, in order, for each row of data. */
export interface CommandDefinition {
  readonly kind: 'command'
  readonly name: string
  readonly params: Shape
  readonly gives: Shape
  readonly statements: readonly Statement[]
  /** Set when it was generated: rows of many units may then be written by one statement. */
  readonly plain?: PlainWrite
}

/** A generated INSERT: into which table, and what it does when the row is there. */
export interface PlainWrite {
  readonly table: Table
  /** What follows the rows: ON CONFLICT and what is done then, or nothing. */
  readonly onConflict: string
}

/** A declared guard: it holds when the statement returns a row. */
export interface GuardDefinition extends Dialects {
  readonly kind: 'guard'
  readonly name: string
  readonly params: Shape
  /** What it means when it does not hold, for the error message. */
  readonly otherwise: string
  readonly sql: string
}

/** A declared query. `in_time()` in its WHERE clause lets a long scan stop at the deadline. */
export interface QueryDefinition extends Dialects {
  readonly kind: 'query'
  readonly name: string
  readonly params: Shape
  readonly gives: Shape
  readonly sql: string
}

/** Anything declared. */
export type Definition = CommandDefinition | GuardDefinition | QueryDefinition

/** The shape of a command that gives nothing back. */
export interface NoColumns extends Shape {}

/** Makes commands of one kind: for one row, or `all` for many. */
export interface CommandMaker<P extends Shape, G extends Shape = NoColumns> {
  (row: Values<P>): Command<Values<G>>
  all(rows: readonly Values<P>[]): Command<Values<G>>
  readonly definition: CommandDefinition
}

/** Declares a table. */
export function table<const S extends Shape>(declared: Table<S>): Table<S> {
  return declared
}

/** Declares a command with its own SQL. */
export function command<const P extends Shape, const G extends Shape = NoColumns>(declared: {
  readonly name: string
  readonly params: P
  readonly gives?: G
  readonly statements: readonly Statement[]
  readonly plain?: PlainWrite
}): CommandMaker<P, G> {
  const { name } = declared
  const definition: CommandDefinition = { gives: {}, ...declared, kind: 'command' }
  const one = (row: Values<P>): Command<Values<G>> => ({ name, rows: [row] })
  return Object.assign(one, { all: (rows: readonly Values<P>[]) => ({ name, rows }), definition })
}

/** Declares a guard. */
export function guard<const P extends Shape>(
  declared: Omit<GuardDefinition, 'kind' | 'params'> & { params: P },
) {
  const definition: GuardDefinition = { ...declared, kind: 'guard' }
  return Object.assign((data: Values<P>): Guard => ({ name: declared.name, data }), { definition })
}

/** Declares a query. Columns come in the order of `gives`. */
export function query<const P extends Shape, const G extends Shape>(
  declared: Omit<QueryDefinition, 'kind' | 'params' | 'gives'> & { params: P; gives: G },
) {
  const definition: QueryDefinition = { ...declared, kind: 'query' }
  const make = (data: Values<P>): Query<Values<G>> => ({ name: declared.name, data })
  return Object.assign(make, { definition })
}

/** INSERT; a row with the same key is a Constraint error. */
export function insert<const S extends Shape>(into: Table<S>): CommandMaker<S> {
  return generated(into, 'insert', '')
}

/** INSERT unless a row with the same key, or of the same unique index, is there. `changed` tells which. */
export function insertNew<const S extends Shape>(into: Table<S>): CommandMaker<S> {
  return generated(into, 'insertNew', ' ON CONFLICT DO NOTHING')
}

/** INSERT, or overwrite all columns of the row with the same key. */
export function upsert<const S extends Shape>(into: Table<S>): CommandMaker<S> {
  const columns = [...Object.keys(into.columns), 'position'].filter((name) => name !== into.key).map(sqlName)
  const set = columns.map((column) => `${column} = excluded.${column}`).join(', ')
  return generated(into, 'upsert', ` ON CONFLICT (${sqlName(into.key)}) DO UPDATE SET ${set}`)
}

/** `urlKey` -> `url_key`: the one rule by which names of code and of SQL correspond. */
export function sqlName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function generated<const S extends Shape>(
  into: Table<S>,
  verb: 'insert' | 'insertNew' | 'upsert',
  onConflict: string,
): CommandMaker<S> {
  const names = [...Object.keys(into.columns), 'position']
  const columns = names.map(sqlName).join(', ')
  const sql = `INSERT INTO ${into.name} (${columns}) VALUES (${names.map((name) => `:${name}`).join(', ')})${onConflict}`
  return command({
    name: `${into.name}.${verb}`,
    params: into.columns,
    statements: [{ sql, changes: { noun: into.noun, op: 'put', id: into.key } }],
    plain: { table: into as unknown as Table, onConflict },
  })
}

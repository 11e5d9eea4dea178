/**
 * A catalog turns declarations into what a backend executes: SQL with the placeholders of its dialect and the list of
 * values they take, all plain data, so that it can be handed to another thread once and be named by number from then on.
 */
import { MillraceError } from '../model/index.ts'
import { encode, storedBytes, type Codec, type Shape, type Stored, type Values } from './codec.ts'
import type { Guard, Unit } from './contract.ts'
import type { Definition, Statement } from './declare.ts'
import { numbered, replaceParameters, withoutHints, type Dialect } from './portable/index.ts'
import { toPortable } from './portable-text.ts'

/** What a placeholder is bound to: the index of a parameter, or a value the engine supplies. */
export const BIND_POSITION = -1
/** As BIND_POSITION: the time of the batch. */
export const BIND_NOW = -2

/** The longest idempotency key, in bytes of its UTF-8: it must fit into an index on every backend. */
const KEY_BYTES_MAX = 2_000

/** A statement ready to be prepared. */
export interface CompiledStatement {
  readonly sql: string
  readonly binds: readonly number[]
  readonly gives: boolean
  readonly noun: string | null
  readonly op: 'put' | 'delete'
  /** Index of the parameter that holds the id of the changed row; -1: the first column returned. */
  readonly idFrom: number
}

/** A declaration ready to be executed: one statement for a guard or query, one or more for a command. */
export interface Compiled {
  readonly name: string
  readonly paramCount: number
  readonly otherwise: string
  readonly statements: readonly CompiledStatement[]
}

/** A unit as it crosses to the writer: flat values, see `encodeUnit`. */
export interface EncodedUnit {
  readonly tape: readonly (Stored | number)[]
  readonly rows: number
  readonly bytes: number
  readonly isPowerSafe: boolean
}

/** The declarations a store was opened with. */
export interface Catalog {
  readonly compiled: readonly Compiled[]
  /** @throws MillraceError UnknownCommand */
  find(name: string): { readonly index: number; readonly definition: Definition }
}

/** Builds the catalog. A name declared twice is our mistake and throws. */
export function catalogOf(definitions: readonly Definition[], dialect: Dialect = 'sqlite'): Catalog {
  const byName = new Map(definitions.map((definition, index) => [definition.name, { index, definition }]))
  if (byName.size !== definitions.length) throw new MillraceError('Fault', 'two declarations share one name')
  return {
    compiled: definitions.map((definition) => compile(definition, dialect)),
    find(name) {
      const found = byName.get(name)
      if (found !== undefined) return found
      throw new MillraceError('UnknownCommand', `expected a command the store was opened with, got "${name}"`)
    },
  }
}

/**
 * The unit as one flat list, cheap to send to another thread:
 * key or null, number of guards, then per guard its index and parameters, number of commands, then per command its
 * index, number of rows, and the parameters of each row.
 * @throws MillraceError BadValue, UnknownCommand
 */
export function encodeUnit(catalog: Catalog, unit: Unit): EncodedUnit {
  const tape: (Stored | number)[] = [portableKey(unit.key), unit.guards?.length ?? 0]
  for (const guard of unit.guards ?? []) encodeGuard(catalog, guard, tape)
  tape.push(unit.commands.length)
  let rows = 0
  for (const command of unit.commands) {
    const { index, definition } = findKind(catalog, 'command', command.name)
    tape.push(index, command.rows.length)
    rows += command.rows.length
    const params = Object.entries(definition.params)
    for (const row of command.rows) encodeParams(command.name, params, row, tape)
  }
  let bytes = 0
  for (const value of tape) bytes += storedBytes(value)
  return { tape, rows, bytes, isPowerSafe: unit.durability !== 'crash-safe' }
}

/** The declaration of that kind and name. @throws MillraceError UnknownCommand */
export function findKind<Kind extends Definition['kind']>(catalog: Catalog, kind: Kind, name: string) {
  const { index, definition } = catalog.find(name)
  if (definition.kind === kind) {
    return { index, definition: definition as Extract<Definition, { readonly kind: Kind }> }
  }
  throw new MillraceError('UnknownCommand', `expected a ${kind}, but ${name} is a ${definition.kind}`)
}

/** The parameters of a query, in order. @throws MillraceError BadValue */
export function encodeQuery(definition: Definition, data: Values<Shape>): readonly Stored[] {
  const tape: Stored[] = []
  encodeParams(definition.name, Object.entries(definition.params), data, tape)
  return tape
}

function portableKey(key: string | undefined): string | null {
  if (key === undefined) return null
  const portable = toPortable(key)
  const bytes = Buffer.byteLength(portable)
  if (bytes <= KEY_BYTES_MAX) return portable
  const message = `idempotency key: expected at most ${KEY_BYTES_MAX} bytes, got ${bytes}; use a digest of it`
  throw new MillraceError('BadValue', message)
}

function encodeGuard(catalog: Catalog, guard: Guard, tape: Stored[]): void {
  const { index, definition } = findKind(catalog, 'guard', guard.name)
  tape.push(index)
  encodeParams(guard.name, Object.entries(definition.params), guard.data, tape)
}

function encodeParams(
  owner: string,
  params: readonly (readonly [string, Codec])[],
  data: Values<Shape>,
  tape: Stored[],
): void {
  for (const [name, codec] of params) tape.push(encode(codec, data[name], `${owner} ${name}`))
}

function compile(definition: Definition, dialect: Dialect): Compiled {
  const names = Object.keys(definition.params)
  const reserved = names.find((name) => name === 'position' || name === 'now')
  if (reserved !== undefined)
    throw new MillraceError('Fault', `${definition.name}: :${reserved} is the engine's own`)
  const statements: readonly Statement[] =
    definition.kind === 'command' ? definition.statements : [{ ...definition, gives: true }]
  return {
    name: definition.name,
    paramCount: names.length,
    otherwise: definition.kind === 'guard' ? definition.otherwise : '',
    statements: statements.map((statement) => compileStatement(statement, definition, dialect)),
  }
}

function compileStatement(
  statement: Statement,
  { name: owner, params }: Definition,
  dialect: Dialect,
): CompiledStatement {
  const names = Object.keys(params)
  const text = dialect === 'postgres' ? withoutHints(statement.postgres ?? statement.sql) : statement.sql
  const binds: number[] = []
  const sql = replaceParameters(text, (name) => {
    const bind = bindOf(name, names, owner)
    const known = binds.indexOf(bind)
    if (dialect === 'postgres' && known >= 0) return numbered(known, params[name])
    binds.push(bind)
    return dialect === 'postgres' ? numbered(binds.length - 1, params[name]) : '?'
  })
  const id = statement.changes?.id ?? 'returning'
  return {
    sql,
    binds,
    gives: statement.gives ?? false,
    noun: statement.changes?.noun ?? null,
    op: statement.changes?.op ?? 'put',
    idFrom: id === 'returning' ? -1 : bindOf(id, names, owner),
  }
}

function bindOf(name: string, names: readonly string[], owner: string): number {
  if (name === 'position') return BIND_POSITION
  if (name === 'now') return BIND_NOW
  const index = names.indexOf(name)
  if (index < 0) throw new MillraceError('Fault', `${owner}: SQL names :${name}, which is not declared`)
  return index
}

/**
 * Sends the steps of units over one connection, without waiting for one answer before the next step is sent, and adds up
 * what each command did. Rows of one generated INSERT that follow each other, of one unit or of many, go as one statement.
 */
import { MillraceError } from '../../../model/index.ts'
import type { Compiled, CompiledStatement } from '../../catalog.ts'
import type { Stored } from '../../codec.ts'
import type { PlainWrite } from '../../declare.ts'
import { settled, type Answer, type Connection, type Sent as Statement } from '../connect/index.ts'
import { bind, type Call, type Moment, type PlannedUnit } from '../statements/index.ts'
import { binaryArray, manyRowsOf, shapeStatement, type ManyRows, type Shaped } from '../statements/index.ts'

/** What one command of a unit did so far. */
export interface Tally {
  changed: number
  rows: (readonly Stored[])[]
}

/** A unit on its way: its place in commit order, and what its commands did. */
export interface Sent {
  readonly unit: PlannedUnit
  readonly position: number
  readonly tallies: readonly Tally[]
}

interface PlainRow {
  readonly sent: Sent
  readonly tally: Tally
  readonly params: readonly Stored[]
}

/** Rows that will be one statement. */
interface Gathered {
  of: Compiled | undefined
  readonly rows: PlainRow[]
  readonly keys: Set<Stored>
  readonly tallies: Map<number, Tally>
}

/** Rows of one statement: enough that its own cost is nothing, and few enough that no array grows large. */
const ROWS_MAX = 2_000

/** Knows the SQL of every declaration, and sends it. */
export class StepSender {
  readonly #shaped = new Map<CompiledStatement, Shaped & { readonly name: string }>()
  readonly #manyRows: ReadonlyMap<Compiled, ManyRows>
  #connection: Connection | undefined
  #now = 0
  #gathered: Gathered = nothing()
  #answers: Promise<void>[] = []

  /** `plain`: which of the declarations are generated INSERTs, by index. */
  constructor(compiled: readonly Compiled[], plain: ReadonlyMap<number, PlainWrite>) {
    this.#manyRows = new Map(
      [...plain].map(([index, write]) => [compiled[index] as Compiled, manyRowsOf(write)]),
    )
  }

  /** Begins to send over a connection. */
  begin(connection: Connection, now: number): void {
    this.#connection = connection
    this.#now = now
    this.#answers = []
    this.#gathered = nothing()
  }

  /** Sends a guard that makes the transaction fail when it does not hold. */
  require(guard: Call, sent: Sent): void {
    this.#flush()
    const { sql } = guard.compiled.statements[0] as CompiledStatement
    const name = `${guard.compiled.name} required`
    const asked = this.#ask(guard, sent, { name, text: `SELECT millrace_require(EXISTS (${sql}))` })
    this.#note(asked.then(() => undefined))
  }

  /** Whether a guard holds: waits for the answer. */
  async holds(guard: Call, sent: Sent): Promise<boolean> {
    const { sql } = guard.compiled.statements[0] as CompiledStatement
    const name = `${guard.compiled.name} asked`
    const { rows } = await this.#ask(guard, sent, { name, text: `SELECT EXISTS (${sql})` })
    return rows[0]?.[0] === 1
  }

  /** Sends the commands of a unit. */
  send(sent: Sent): void {
    for (const [place, command] of sent.unit.commands.entries()) {
      const tally = sent.tallies[place] as Tally
      for (const call of command.calls) this.#sendCall(call, sent, tally)
    }
  }

  /** Sends what was gathered, and what comes last. */
  end(last: readonly Statement[] = []): void {
    this.#flush()
    for (const statement of last) this.#note(this.#over.run(statement).then(() => undefined))
  }

  /** All answers. @throws MillraceError the first thing that went wrong; what came after it only followed from it */
  async settle(): Promise<void> {
    this.end()
    const answers = this.#answers
    this.#answers = []
    await settled(answers)
  }

  #sendCall(call: Call, sent: Sent, tally: Tally): void {
    if (this.#manyRows.has(call.compiled)) return this.#gather(call, { sent, tally, params: call.params })
    this.#flush()
    this.#sendEach(call, sent, tally)
  }

  #sendEach(call: Call, sent: Sent, tally: Tally): void {
    for (const statement of call.compiled.statements) {
      const shaped = this.#shape(statement, call.compiled)
      this.#note(this.#runShaped(shaped, call, sent).then((rows) => read(rows, shaped, tally)))
    }
  }

  /**
   * None of the rows of one statement may write what another one writes, or Postgres refuses it; and a position stands
   * for one command, or the answer could not say which of two wrote.
   */
  #gather(call: Call, row: PlainRow): void {
    const { keyAt } = this.#manyRows.get(call.compiled) as ManyRows
    const key = row.params[keyAt] as Stored
    const gathered = this.#gathered
    const isOther =
      gathered.of !== call.compiled || gathered.rows.length >= ROWS_MAX || gathered.keys.has(key)
    if (isOther || (gathered.tallies.get(row.sent.position) ?? row.tally) !== row.tally) this.#flush()
    this.#gathered.of = call.compiled
    this.#gathered.rows.push(row)
    this.#gathered.keys.add(key)
    this.#gathered.tallies.set(row.sent.position, row.tally)
  }

  #flush(): void {
    const { of, rows, tallies } = this.#gathered
    const [first] = rows
    if (of === undefined || first === undefined) return
    this.#gathered = nothing()
    if (rows.length === 1) this.#sendEach({ compiled: of, params: first.params }, first.sent, first.tally)
    else this.#sendMany(of, rows, tallies)
  }

  #sendMany(of: Compiled, rows: readonly PlainRow[], tallies: ReadonlyMap<number, Tally>): void {
    const { text, types, writesAll } = this.#manyRows.get(of) as ManyRows
    const columns = types.map((type, at) => {
      const values = rows.map(({ params, sent }) =>
        at < params.length ? (params[at] as Stored) : sent.position,
      )
      return binaryArray(type, values)
    })
    const answer = this.#over.run({ text, params: columns, name: `${of.name} of many` })
    const read = writesAll
      ? () => rows.forEach(({ tally }) => tally.changed++)
      : (given: Answer) => given.rows.forEach((row) => count(row, tallies))
    this.#note(answer.then(read))
  }

  #shape(statement: CompiledStatement, declared: Compiled) {
    const known = this.#shaped.get(statement)
    if (known !== undefined) return known
    if (statement.noun !== null && statement.idFrom < 0 && !/\bRETURNING\b/i.test(statement.sql)) {
      const said = 'its changes are named by what it returns, and it returns nothing'
      throw new MillraceError('Fault', `${said}: ${statement.sql}`)
    }
    const name = `${declared.name} ${declared.statements.indexOf(statement)}`
    const shaped = { ...shapeStatement(statement), name }
    this.#shaped.set(statement, shaped)
    return shaped
  }

  async #runShaped({ text, name, binds }: Shaped & { readonly name: string }, call: Call, sent: Sent) {
    const params = bind(binds, call.params, this.#moment(sent))
    return (await this.#over.run({ text, params, name })).rows
  }

  #ask(guard: Call, sent: Sent, { text, name }: { readonly text: string; readonly name: string }) {
    const { binds } = guard.compiled.statements[0] as CompiledStatement
    return this.#over.run({ text, name, params: bind(binds, guard.params, this.#moment(sent)) })
  }

  /** Whoever never asks for the answers any more must not end the process by it. */
  #note(answer: Promise<void>): void {
    answer.catch(() => undefined)
    this.#answers.push(answer)
  }

  #moment({ position }: Sent): Moment {
    return { position, now: this.#now }
  }

  get #over(): Connection {
    if (this.#connection === undefined) throw new MillraceError('Fault', 'nothing was begun')
    return this.#connection
  }
}

function nothing(): Gathered {
  return { of: undefined, rows: [], keys: new Set(), tallies: new Map() }
}

function count([position, written]: readonly Stored[], tallies: ReadonlyMap<number, Tally>): void {
  const tally = tallies.get(Number(position))
  if (tally !== undefined) tally.changed += Number(written)
}

function read(rows: readonly (readonly Stored[])[], shaped: Shaped, tally: Tally): void {
  if (shaped.answer === 'rows') tally.rows.push(...rows)
  if (!shaped.isCounted) return
  tally.changed += shaped.answer === 'rows' ? rows.length : Number(rows[0]?.[0])
}

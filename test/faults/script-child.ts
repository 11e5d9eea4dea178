/**
 * Commits a script through the real store and says each unit's fate once it is known, by writes that stand in a system
 * call log exactly where they happened: "ack ID POSITION", "refused ID CODE APPLIED". Opening and closing say "open" and
 * "closed", or "refused open CODE". Arguments: path, name, seed, size as JSON, "kill" to die instead of closing.
 */
import { writeSync } from 'node:fs'
import { toMillraceError } from '../../src/model/index.ts'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import type { Store } from '../../src/store/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'
import { CHECKPOINT_PAGES, scriptOf, storeUnit, type ScriptSize, type ScriptUnit } from './script.ts'

const [path = '', name = '', seed = '', size = '', end = ''] = process.argv.slice(2)
const script = scriptOf(name, Number(seed), JSON.parse(size) as ScriptSize)

async function run(): Promise<void> {
  const store = await openSqlite({
    path,
    definitions: conformanceDefinitions,
    checkpointPages: CHECKPOINT_PAGES,
  }).catch((error: unknown) => refused('open', error))
  if (store === undefined) return
  say('open')
  for (const step of script) await Promise.all(step.map((unit) => commit(store, unit)))
  if (end === 'kill') process.kill(process.pid, 'SIGKILL')
  await store.close().then(
    () => say('closed'),
    (error: unknown) => refused('close', error),
  )
}

async function commit(store: Store, unit: ScriptUnit): Promise<void> {
  try {
    const { position } = await store.commit(storeUnit(unit))
    say(`ack ${unit.id} ${position}`)
  } catch (error) {
    refused(unit.id, error)
  }
}

function refused(what: string, thrown: unknown): undefined {
  const { code, applied } = toMillraceError(thrown)
  say(`refused ${what} ${code} ${applied}`)
}

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

await run()

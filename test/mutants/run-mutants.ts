/**
 * `npm run mutants [-- NAME...]`: applies each deliberate bug of the kept list, or those named, to a copy of the project
 * and runs the tests that must notice it. First the tests themselves must pass on the copy as it is. Exit code 1 when a
 * mutant survives, no longer fits its file, or the unchanged copy fails.
 */
import { globalSetup, globalTeardown } from '../postgres/global-setup.ts'
import { allMutants } from './all-mutants.ts'
import type { Mutant } from './mutant.ts'
import { copyProject, type ProjectCopy } from './project-copy.ts'
import { runTests } from './run-tests.ts'
import { judge, tableLine, TABLE_HEAD, type Verdict } from './verdict.ts'

/** Copies at work: one a core of a small machine. */
const AT_ONCE = 2

const names = process.argv.slice(2)
const unknown = names.filter((name) => !allMutants.some((mutant) => mutant.name === name))
if (unknown.length > 0) throw new Error(`expected names of the list, got ${unknown.join(', ')}`)
const chosen = allMutants.filter((mutant) => names.length === 0 || names.includes(mutant.name))

const copies = Array.from({ length: AT_ONCE }, () => copyProject())
process.once('exit', () => copies.forEach((copy) => copy.remove()))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(75))

// Else each file that needs a server would start its own.
await globalSetup()
const baseline = distinctRuns(chosen)
const failures = await each(baseline, async (mutant, copy) => {
  const { failed, passed, broken } = await runTests({ ...mutant, files: mutant.tests, root: copy.root })
  const isSound = failed.length === 0 && passed > 0 && broken === null
  if (isSound) return []
  const [first] = failed
  const why = first === undefined ? 'no test matches' : `${first.name}: ${first.message}`
  return [`${mutant.tests.join(' ')}: ${broken ?? why}`]
})
for (const failure of failures.flat()) process.stdout.write(`without any bug, ${failure}\n`)
if (failures.flat().length > 0) {
  await globalTeardown()
  process.exit(1)
}
process.stdout.write(`${baseline.length} sets of tests pass without any bug\n${TABLE_HEAD}\n`)

const verdicts = await each(chosen, async (mutant, copy) => {
  const verdict = await tryMutant(mutant, copy)
  process.stdout.write(`${tableLine(mutant, verdict)}\n`)
  return verdict
})
const caught = verdicts.filter((verdict) => verdict.isCaught).length
process.stdout.write(`${caught} of ${chosen.length} bugs were caught\n`)
process.exitCode = caught === chosen.length ? 0 : 1
await globalTeardown()

async function tryMutant(mutant: Mutant, copy: ProjectCopy): Promise<Verdict> {
  let undo: () => void
  try {
    undo = copy.apply(mutant)
  } catch (error) {
    return { isCaught: false, by: (error as Error).message, seconds: 0 }
  }
  try {
    return judge(await runTests({ ...mutant, files: mutant.tests, root: copy.root }))
  } finally {
    undo()
  }
}

/** Mutants that together name every set of tests once. */
function distinctRuns(mutants: readonly Mutant[]): readonly Mutant[] {
  return [...new Map(mutants.map((mutant) => [JSON.stringify([mutant.tests, mutant.only]), mutant])).values()]
}

/** Does the work for every mutant, as many at once as there are copies; results in the order of the list. */
async function each<T>(
  mutants: readonly Mutant[],
  work: (mutant: Mutant, copy: ProjectCopy) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = []
  const queue = mutants.entries()
  const drain = async (copy: ProjectCopy) => {
    for (const [index, mutant] of queue) results[index] = await work(mutant, copy)
  }
  await Promise.all(copies.map(drain))
  return results
}

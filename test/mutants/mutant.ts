/** A mutant is a deliberate bug, as data: what it changes, which promise that breaks, and which tests must notice. */

/** One deliberate bug. */
export interface Mutant {
  /** Short and unique: how the table and the command line call it. */
  readonly name: string
  /** The promise that no longer holds. */
  readonly breaks: string
  /** The file it changes, from the root of the project. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** The smallest set of test files that notices. */
  readonly tests: readonly string[]
  /** Of those files only the tests whose name matches this pattern. Default: all. */
  readonly only?: string
}

/** The source with the bug in it. @throws Error unless `find` stands there exactly once */
export function mutate(mutant: Mutant, source: string): string {
  const [before, after, ...more] = source.split(mutant.find)
  if (before !== undefined && after !== undefined && more.length === 0) return before + mutant.replace + after
  const times = more.length === 0 ? 'not at all' : `${more.length + 1} times`
  throw new Error(`${mutant.name}: expected its text once in ${mutant.file}, found it ${times}`)
}

/** What a benchmark can be told, and the order in which its sides take turns. */

/** The settings of one run of the benchmarks; printed with every result. */
export interface Settings {
  readonly rounds: number
  /** What Millrace writes to. */
  readonly db: 'sqlite' | 'postgres'
  /** Names of the sides to run; undefined for all. */
  readonly only: readonly string[] | undefined
  /** Where databases and datasets go; undefined for the system's temporary folder. */
  readonly dir: string | undefined
  readonly corpus: string
  /** Folder of article pages with known bodies; undefined for none. */
  readonly articles: string | undefined
  readonly start: string
  readonly concurrency: number
  readonly bytes: number
  readonly units: number
  readonly callers: number
  /** Rows of the file that is moved. */
  readonly rows: number
}

/** The sides that `--only` leaves. @throws RangeError for a name that is no side's */
export function chooseSides<Side extends { readonly name: string }>(
  sides: readonly Side[],
  only: readonly string[] | undefined,
): readonly Side[] {
  const names = sides.map((side) => side.name)
  const unknown = only?.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new RangeError(`--only ${unknown}: expected one of ${names.join(', ')}`)
  return sides.filter((side) => only?.includes(side.name) ?? true)
}

/**
 * Runs every side once per round and gathers the results by side. Each round starts with another side, so that no
 * side always has the cold cache or the tired disk.
 */
export async function inTurns<Side extends { readonly name: string }, Result>(
  sides: readonly Side[],
  rounds: number,
  measure: (side: Side) => Promise<Result>,
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const results = new Map<string, Result[]>(sides.map((side) => [side.name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length]
      if (side === undefined) continue
      process.stderr.write(`round ${round + 1} of ${rounds}: ${side.name}\n`)
      results.get(side.name)?.push(await measure(side))
    }
  }
  return results
}

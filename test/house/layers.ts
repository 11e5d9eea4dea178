/**
 * The river: imports go strictly downward, and only through a folder's index.ts. A stage that names another stage, or
 * a store that names a stage, would end the rule that rows in the store are the only meeting place.
 */
import { posix } from 'node:path'
import { isForTests, type Source } from './sources.ts'

/** The folders of src by row (ARCHITECTURE.md). A new folder needs a row before it can be imported. */
export const ROWS: Readonly<Record<string, number>> = {
  model: 0,
  observe: 0,
  threads: 1,
  store: 2,
  bus: 2,
  jobs: 3,
  crawl: 4,
  extract: 4,
  search: 4,
  serve: 5,
  transfer: 5,
  app: 6,
}

/** Concrete adapters that have a folder of their own within a port's: only app, and tests, may name them. */
const ADAPTERS = ['src/store/sqlite', 'src/store/postgres']

const STANDS_ABOVE = 7

/** What breaks the rule, one line each. */
export function layerViolations(sources: readonly Source[]): readonly string[] {
  const paths = new Set(sources.map((source) => source.path))
  return sources
    .filter((source) => source.path.startsWith('src/'))
    .flatMap((source) =>
      source.imports.flatMap((made) => {
        const why = made.target === undefined ? undefined : judge(source, made.target, paths)
        return why === undefined ? [] : [`${source.path}:${made.line} imports ${made.specifier}: ${why}`]
      }),
    )
}

function judge(source: Source, target: string, paths: ReadonlySet<string>): string | undefined {
  if (!paths.has(target)) return 'there is no such file'
  const isTest = isForTests(source)
  if (!target.startsWith('src/')) return isTest ? undefined : 'the product imports nothing outside src'
  if (!isTest && isForTests({ path: target })) return 'the product imports nothing made for tests'
  const from = folderOf(source.path)
  const to = folderOf(target)
  if (from === to) return isTest ? undefined : throughDoor(source.path, target, paths)
  const [above, below] = [rowOf(from), rowOf(to)]
  if (above === undefined || below === undefined) return `${from} or ${to} has no row`
  const adapter = ADAPTERS.find((folder) => target.startsWith(`${folder}/`))
  if (below >= above) return `${from} (row ${above}) may not know ${to} (row ${below})`
  if (adapter !== undefined && from !== 'app' && !isTest) return `only app may name ${adapter}`
  return isDoor(target, isTest, adapter) ? undefined : 'a folder is entered through its index.ts'
}

function folderOf(path: string): string {
  const [, folder = '', rest] = path.split('/')
  return rest === undefined ? '' : folder
}

/** cli.ts and index.ts stand above all folders. */
function rowOf(folder: string): number | undefined {
  return folder === '' ? STANDS_ABOVE : ROWS[folder]
}

function isDoor(target: string, isTest: boolean, adapter: string | undefined): boolean {
  const folder = posix.dirname(target)
  // app has no index.ts: it is the end of the river, and only cli.ts and index.ts, its two mouths, look into it.
  if (folderOf(target) === 'app') return true
  const doors = [`src/${folderOf(target)}`, ...(adapter === undefined ? [] : [adapter])]
  const isForeignTesting = isTest && /\/(?:testing|conformance)$/.test(folder)
  return target.endsWith('/index.ts') && (doors.includes(folder) || isForeignTesting)
}

/** Within a top folder, a folder that has an index.ts is entered through it, by whoever is not inside it. */
function throughDoor(path: string, target: string, paths: ReadonlySet<string>): string | undefined {
  let folder = posix.dirname(target)
  while (!path.startsWith(`${folder}/`)) {
    const door = `${folder}/index.ts`
    if (paths.has(door) && target !== door) return `${folder} is entered through its index.ts`
    folder = posix.dirname(folder)
  }
  return undefined
}

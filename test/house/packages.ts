/**
 * Which folder may import which package or builtin. A driver that is named in one folder can be replaced in one folder;
 * and what only one folder can reach (the disk, the network, other processes) needs to be watched only there.
 */
import { isForTests, type Source } from './sources.ts'

const ANYWHERE = ['src']

/** Folders by package: what lies in them or below may import it. A package that is not here may not be imported. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['src/app'],
  'csv-stringify': ['src/transfer'],
  'fast-check': ['src/store/conformance'],
  'html-encoding-sniffer': ['src/crawl/read/html'],
  htmlparser2: ['src/crawl/read/html'],
  'hyparquet-writer': ['src/transfer'],
  'ipaddr.js': ['src/crawl/fetch'],
  'log-update': ['src/app'],
  pg: ['src/store/postgres'],
  'pg-copy-streams': ['src/store/postgres'],
  pino: ['src/observe'],
  'tough-cookie': ['src/crawl/fetch/network'],
  undici: ['src/crawl/fetch'],
}

/** The same for what Node brings. */
export const BUILTINS: Readonly<Record<string, readonly string[]>> = {
  'node:buffer': ANYWHERE,
  'node:child_process': ['src/store/sqlite', 'src/app'],
  'node:crypto': [
    'src/model',
    'src/transfer',
    'src/store/sqlite/tables',
    'src/store/postgres/tables',
    'src/store/sqlite/upkeep',
  ],
  'node:dns/promises': ['src/crawl/fetch'],
  'node:events': ANYWHERE,
  'node:fs': ['src/store/sqlite', 'src/store/postgres', 'src/transfer', 'src/app'],
  'node:fs/promises': ['src/store/sqlite', 'src/transfer', 'src/app'],
  'node:module': ['src/app'],
  'node:net': ['src/crawl/fetch', 'src/store/postgres'],
  'node:os': ['src/store/sqlite', 'src/store/postgres', 'src/crawl/read/page', 'src/transfer'],
  'node:perf_hooks': ['src/observe'],
  'node:path': ['src/store/sqlite', 'src/transfer', 'src/app'],
  'node:sqlite': ['src/store/sqlite'],
  'node:stream': ANYWHERE,
  'node:stream/consumers': ANYWHERE,
  'node:stream/promises': ['src/store/postgres'],
  'node:timers/promises': ANYWHERE,
  'node:tls': ['src/store/postgres'],
  'node:url': ANYWHERE,
  'node:util': ANYWHERE,
  'node:worker_threads': ['src/threads', 'src/store/sqlite'],
  'node:zlib': ['src/crawl', 'src/transfer', 'src/app'],
}

/** What tests may import beside it: every builtin, and these. */
const FOR_TESTS: ReadonlySet<string> = new Set(['fast-check', 'hyparquet', 'markdown-it', 'pg', 'warcio'])

/**
 * What src/store may take from node:fs. Opening the database, its -wal or its -shm within the process and closing that
 * descriptor drops the locks SQLite holds on it (sqlite.org/howtocorrupt.html section 2.2), so nothing here can open.
 */
const STORE_FS: ReadonlySet<string> = new Set([
  'accessSync',
  'chmodSync',
  'constants',
  'existsSync',
  'mkdirSync',
  'readdirSync',
  'realpathSync',
  'rmdirSync',
  'rmSync',
  'statfsSync',
  'statSync',
])

/** Files of src/store that may take more, because what they open drops no lock. */
const STORE_FS_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  // /proc, where Linux lists locks and processes
  'src/store/sqlite/file/lock-holders.ts': ['readFileSync'],
  // the -shm file, in a process of its own that has no connection yet
  'src/store/sqlite/inspect/check-log.ts': ['readFileSync'],
  // certificates
  'src/store/postgres/connect/address/tls.ts': ['readFileSync'],
  // the figures of a process, a file of their own
  'src/store/sqlite/figures/published.ts': ['readFileSync', 'rename', 'writeFile'],
  // a folder, which no database is
  'src/store/sqlite/disk/sync-folder.ts': ['openSync', 'fsyncSync', 'closeSync'],
  // whole files, in the process that handles them, which holds no connection of a store
  'src/store/sqlite/upkeep/copy-file.ts': ['closeSync', 'fsyncSync', 'openSync', 'readSync'],
  'src/store/sqlite/upkeep/place-file.ts': ['closeSync', 'fsyncSync', 'openSync', 'renameSync'],
}

/** What breaks the tables, one line each. */
export function packageViolations(sources: readonly Source[]): readonly string[] {
  return outside(sources, (source, specifier) => {
    const name = packageOf(specifier)
    if (isForTests(source) && (name.startsWith('node:') || FOR_TESTS.has(name))) return undefined
    const folders = PACKAGES[name] ?? BUILTINS[name]
    if (folders === undefined) return 'it is not in the table of test/house/packages.ts'
    if (folders.some((folder) => source.path.startsWith(`${folder}/`))) return undefined
    return `only ${folders.join(' and ')} may`
  })
}

/** Where src/store takes more from node:fs than it can take without opening a file. */
export function storeFsViolations(sources: readonly Source[]): readonly string[] {
  const product = sources.filter((source) => source.path.startsWith('src/store/') && !isForTests(source))
  return product.flatMap((source) =>
    source.imports.flatMap(({ specifier, names, line }) => {
      if (!/^(?:node:)?fs(?:\/|$)/.test(specifier)) return []
      const taken = names ?? ['everything']
      const isAllowed = (name: string) => specifier === 'node:fs' && STORE_FS.has(name)
      const elsewhere = STORE_FS_ELSEWHERE[source.path] ?? []
      const bad = taken.filter((name) => !isAllowed(name) && !elsewhere.includes(name))
      return bad.map((name) => `${source.path}:${line} takes ${name} from ${specifier}`)
    }),
  )
}

function outside(
  sources: readonly Source[],
  judge: (source: Source, specifier: string) => string | undefined,
): readonly string[] {
  return sources
    .filter((source) => source.path.startsWith('src/'))
    .flatMap((source) =>
      source.imports.flatMap(({ specifier, target, line }) => {
        const why = target === undefined ? judge(source, specifier) : undefined
        return why === undefined ? [] : [`${source.path}:${line} imports ${specifier}: ${why}`]
      }),
    )
}

/** `csv-stringify/sync` is of the package csv-stringify; a builtin is itself. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
}

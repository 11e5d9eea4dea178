/** Pages with their raw bodies, for the formats that keep what a server sent. */
import { decompress } from '../../crawl/index.ts'
import { isMillraceError, MillraceError, sha256 } from '../../model/index.ts'
import { query, type Reader, type Values } from '../../store/index.ts'
import { CHUNK_OCTETS_MAX, KEYS_MAX } from './chunks.ts'
import { pageColumns, pageLine, pageShape, readLines, type PageLine } from './export-line.ts'
import { exportRows, type ExportSelection } from './export-rows.ts'

/** A page and its body, decoded; null when none was kept. */
export interface PageWithBody {
  readonly page: PageLine
  readonly body: Uint8Array | null
}

const bodyShape = { sha256: 'text', compression: 'text', body: 'bytes' } as const

/* Served by the key of raw_bodies. */
const bodyRows = query({
  name: 'transfer.bodies',
  params: { digests: 'json' },
  gives: bodyShape,
  sql: `SELECT sha256, compression, body FROM raw_bodies
    WHERE sha256 IN (SELECT value FROM json_each(:digests)) AND in_time()`,
})

/* Served by pages_versions. */
const earlierPages = query({
  name: 'transfer.earlierPages',
  params: { page: 'text' },
  gives: pageShape,
  sql: `SELECT ${pageColumns} FROM pages AS later CROSS JOIN pages AS page
    WHERE page.url_key = later.url_key AND later.id = :page AND page.position < later.position AND page.raw_sha256 IS NOT NULL
      AND page.status BETWEEN 200 AND 299 AND in_time()
    ORDER BY page.position DESC LIMIT 1`,
})

/**
 * The selected pages in the order of exportRows, each body checked against its digest. Holds a few MB, or one body.
 * @throws MillraceError Corrupt for a body that is not what it was; and as exportRows
 */
export async function* pagesWithBodies(
  reader: Reader,
  selection: Omit<ExportSelection, 'kind'>,
): AsyncGenerator<PageWithBody> {
  let pages: PageLine[] = []
  let octets = 0
  for await (const page of exportRows(reader, { ...selection, kind: 'pages' })) {
    if (pages.length === KEYS_MAX || (pages.length > 0 && octets + page.bytes > CHUNK_OCTETS_MAX)) {
      yield* await readBodies(reader, pages)
      pages = []
      octets = 0
    }
    pages.push(page)
    octets += page.bytes
  }
  yield* await readBodies(reader, pages)
}

/** The newest earlier page of the same URL that has the body which a 304 says is still valid. */
export async function earlierPage(reader: Reader, page: PageLine): Promise<PageWithBody | undefined> {
  const earlier = await reader.read(earlierPages({ page: page.id }))
  const [found] = await readBodies(reader, earlier.map(pageLine))
  return found
}

async function readBodies(reader: Reader, pages: readonly PageLine[]): Promise<readonly PageWithBody[]> {
  const digests = [...new Set(pages.flatMap((page) => page.rawSha256 ?? []))]
  const rows = digests.length === 0 ? [] : await reader.read(bodyRows({ digests }))
  const bodies = new Map(rows.map(checkedBody))
  const found: PageWithBody[] = []
  for (const page of pages) {
    const body = page.rawSha256 === null ? null : bodies.get(page.rawSha256)
    if (body !== undefined) found.push({ page, body })
    else await requireDeleted(reader, page)
  }
  return found
}

function decompressed(row: Values<typeof bodyShape>): Uint8Array {
  try {
    return decompress(row)
  } catch (error) {
    const message = `expected the raw body ${row.sha256} to decompress; ${ADVICE}`
    throw isMillraceError(error) ? error : new MillraceError('Corrupt', message, { cause: error })
  }
}

function checkedBody(row: Values<typeof bodyShape>): readonly [string, Uint8Array] {
  const body = decompressed(row)
  const digest = sha256(body)
  if (digest === row.sha256) return [digest, body]
  throw new MillraceError(
    'Corrupt',
    `expected a raw body with digest ${row.sha256}, got ${digest}; ${ADVICE}`,
  )
}

const ADVICE = 'run `millrace doctor --full`'

/** What `runs delete` removed between two reads is not missing. */
async function requireDeleted(reader: Reader, page: PageLine): Promise<void> {
  const left = await readLines.pages(reader, [{ page: page.id, document: '' }])
  if (left.length === 0) return
  const message = `expected the raw body ${page.rawSha256} of ${page.url}, found none; ${ADVICE}`
  throw new MillraceError('Corrupt', message)
}

/** What a store must be opened with to export bodies. */
export const bodyDefinitions = [bodyRows.definition, earlierPages.definition]

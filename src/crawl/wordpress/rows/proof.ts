/** What a run could prove of each collection: what the site announced against what is stored. */
import type { Json } from '../../../model/index.ts'
import { command, query, type Reader } from '../../../store/index.ts'
import { sitesOfRun } from './site.ts'

/** open: not judged yet; short: the totals do not add up; unproven: the site announces none. */
export type ProofState = 'open' | 'proven' | 'short' | 'unproven'

/** Posts of a span of time, by their date in the site's own time: `from` and later, before `to`; null: without end. */
export interface Window {
  readonly from: string | null
  readonly to: string | null
  readonly announced: number | null
  readonly stored: number
}

/** Notes what is proved of a collection, in place of what was noted before. */
export const keepProof = command({
  name: 'wordpress_proofs.keep',
  params: {
    run: 'text',
    collection: 'text',
    name: 'text',
    state: 'text',
    announced: 'int?',
    stored: 'int',
    gone: 'int',
    windows: 'json',
    note: 'text?',
  },
  statements: [
    {
      sql: `INSERT INTO wordpress_proofs (run, collection, name, state, announced, stored, gone, windows, note, position)
        VALUES (:run, :collection, :name, :state, :announced, :stored, :gone, :windows, :note, :position)
        ON CONFLICT (run, collection) DO UPDATE SET state = excluded.state, announced = excluded.announced,
          stored = excluded.stored, gone = excluded.gone, windows = excluded.windows, note = excluded.note,
          position = excluded.position`,
    },
  ],
})

/** Takes a collection out of what is to be proved. */
export const dropProof = command({
  name: 'wordpress_proofs.drop',
  params: { run: 'text', collection: 'text' },
  statements: [{ sql: 'DELETE FROM wordpress_proofs WHERE run = :run AND collection = :collection' }],
})

const proofsOfRun = query({
  name: 'wordpress_proofs.ofRun',
  params: { run: 'text' },
  gives: {
    collection: 'text',
    name: 'text',
    state: 'text',
    announced: 'int?',
    stored: 'int',
    gone: 'int',
    windows: 'json',
    note: 'text?',
  },
  sql: `SELECT collection, name, state, announced, stored, gone, windows, note FROM wordpress_proofs
    WHERE run = :run ORDER BY collection`,
})

/** One collection in a summary: windows are [announced, stored] by their name. */
export interface CollectionProof {
  readonly state: ProofState
  readonly announced: number | null
  readonly stored: number
  readonly gone: number
  readonly windows: Readonly<Record<string, readonly [number | null, number]>>
  readonly note: string | null
}

/** What a run could prove of a WordPress site. */
export interface Completeness {
  readonly readBy: string
  /** Whether everything that was announced is stored, and nothing more. */
  readonly isProven: boolean
  /** Posts of all collections; null where one announces no total. */
  readonly announced: number | null
  readonly stored: number
  /** Posts that the run found to be gone. */
  readonly gone: number
  /** Windows whose totals differ, by `collection window`; empty when all is well. */
  readonly short: readonly string[]
  readonly collections: Readonly<Record<string, CollectionProof>>
  readonly notes: readonly string[]
}

/** Undefined for a run that read no WordPress site. */
export async function completenessOf(reader: Reader, run: string): Promise<Completeness | undefined> {
  const sites = await reader.read(sitesOfRun({ run }))
  const [site] = sites
  if (site === undefined) return undefined
  const rows = await reader.read(proofsOfRun({ run }))
  const names = new Set(rows.map(({ name }) => name))
  const proofs = rows.map((row) => {
    const windows = row.windows as readonly Json[] as readonly unknown[] as readonly Window[]
    return {
      ...row,
      state: row.state as ProofState,
      windows,
      label: names.size < rows.length ? row.collection : row.name,
    }
  })
  const isRead = sites.every(({ readBy }) => readBy === 'rest')
  return {
    readBy: [...new Set(sites.map(({ readBy }) => readBy))].join(', '),
    isProven: isRead && proofs.length > 0 && proofs.every(({ state }) => state === 'proven'),
    announced:
      proofs.some(({ announced }) => announced === null) || !isRead ? null : sum(proofs, 'announced'),
    stored: sum(proofs, 'stored'),
    gone: sum(proofs, 'gone'),
    short: proofs.flatMap(({ label, windows }) =>
      windows
        .filter(isShort)
        .map(
          (window) => `${label} ${nameOf(window)}: ${window.announced} announced, ${window.stored} stored`,
        ),
    ),
    collections: Object.fromEntries(proofs.map((proof) => [proof.label, collectionProof(proof)])),
    notes: sites.flatMap(({ note }) => note ?? []),
  }
}

/** Whether the totals of a window do not add up. */
export function isShort({ announced, stored }: Window): boolean {
  return announced !== null && announced !== stored
}

type Proof = Omit<CollectionProof, 'windows'> & { readonly windows: readonly Window[] }

function collectionProof({ state, announced, stored, gone, windows, note }: Proof): CollectionProof {
  const byName = windows.map((window) => [nameOf(window), [window.announced, window.stored]] as const)
  return { state, announced, stored, gone, windows: Object.fromEntries(byName), note }
}

function sum(proofs: readonly Proof[], field: 'announced' | 'stored' | 'gone'): number {
  return proofs.reduce((all, proof) => all + (proof[field] ?? 0), 0)
}

/** `2023`, `2023-05-01..2023-05-16`, `..2019`, `all`. */
function nameOf({ from, to }: Window): string {
  if (from === null && to === null) return 'all'
  const [begin, end] = [shortest(from), shortest(to)]
  return /^\d{4}$/.test(begin) && end === String(Number(begin) + 1) ? begin : `${begin}..${end}`
}

function shortest(time: string | null): string {
  return (time ?? '').replace(/T00:00:00$/, '').replace(/-01-01$/, '')
}

/** What a store must be opened with to keep proofs. */
export const proofDefinitions = [keepProof, dropProof, proofsOfRun].map((made) => made.definition)

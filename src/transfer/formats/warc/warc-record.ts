/** One record of a WARC file (ISO 28500:2017), a gzip member of its own, so that a reader can begin at any of them. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sha256 } from '../../../model/index.ts'

const gzipAsync = promisify(gzip)

/** A record before it is written. */
export interface WarcRecord {
  readonly type: 'warcinfo' | 'response' | 'revisit' | 'metadata'
  /** As recordId makes it. */
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly date: string
  readonly contentType: string
  /** Named fields beside those every record has; undefined ones are left out. */
  readonly fields: Readonly<Record<string, string | undefined>>
  readonly block: Uint8Array
}

/** The compressed record. */
export async function warcRecord({
  type,
  id,
  date,
  contentType,
  fields,
  block,
}: WarcRecord): Promise<Uint8Array> {
  const named = {
    'WARC-Type': type,
    'WARC-Record-ID': id,
    'WARC-Date': date,
    ...fields,
    'WARC-Block-Digest': `sha256:${sha256(block)}`,
    'Content-Type': contentType,
    'Content-Length': String(block.byteLength),
  }
  const lines = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  const head = `WARC/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  return gzipAsync(Buffer.concat([Buffer.from(head), block, Buffer.from('\r\n\r\n')]))
}

/**
 * An id that is made from what the record is of, as UUID of version 8: the same export gives the same file, and the
 * same record has the same id in every file that holds it.
 */
export function recordId(...parts: readonly string[]): string {
  const digest = sha256(JSON.stringify(parts))
  const variant = ((Number.parseInt(digest.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  const groups = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    variant + digest.slice(17, 20),
    digest.slice(20, 32),
  ]
  return `<urn:uuid:${groups.join('-')}>`
}

/** The block of a warcinfo or metadata record; undefined and null are left out. */
export function warcFields(fields: Readonly<Record<string, string | null | undefined>>): Buffer {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [`${name}: ${value.replaceAll(/[\r\n\0]+/g, ' ')}\r\n`],
  )
  return Buffer.from(lines.join(''))
}

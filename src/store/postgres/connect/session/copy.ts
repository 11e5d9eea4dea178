/** COPY between the server and streams of bytes. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from, to } from 'pg-copy-streams'

/** Sends the bytes of `source`; gives the rows taken. */
export async function copyInto(
  client: pg.Client,
  text: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const stream = client.query(from(text))
  await pipeline(Readable.from(source, { objectMode: false }), stream)
  return stream.rowCount
}

/** The bytes the server gives. Whoever stops early leaves a connection that can only be dropped. */
export async function* copyOutOf(client: pg.Client, text: string): AsyncIterable<Uint8Array> {
  for await (const chunk of client.query(to(text))) yield chunk as Uint8Array
}

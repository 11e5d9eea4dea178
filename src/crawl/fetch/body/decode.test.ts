/** Decoding at its edges: limits to the byte, several frames, torn tails, names that are no coding. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { type DecodeLimits, decodeBody } from './decode.ts'

const MIB = 1024 * 1024
const limits: DecodeLimits = { bodyBytesMax: 10 * MIB, ratioMax: 200 }
const decode = async (wire: Buffer, encoding: string, bounds = limits): Promise<Buffer> =>
  decodeBody({ url: 'http://a.test/', wire, encoding }, bounds)

const CODINGS = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const

test('whatever was coded comes back, small on the spot and large by a thread', async () => {
  const large = randomBytes(100_000)
  for (const [name, encode] of CODINGS) {
    const check = async (bytes: Uint8Array): Promise<void> => {
      assert.deepEqual(await decode(encode(bytes), name), Buffer.from(bytes), name)
    }
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1 }), check), { numRuns: 30 })
    await check(large)
  }
})

test('every cut of a coded body is refused, not returned in part', async () => {
  for (const [name, encode] of CODINGS) {
    const wire = encode('some text that is long enough to be cut, some text that is long enough')
    for (let length = 1; length < wire.length; length++) {
      await assert.rejects(
        decode(wire.subarray(0, length), name),
        { code: 'BadEncoding' },
        `${name} at ${length}`,
      )
    }
  }
})

test('a body of exactly the limit passes and one byte more does not', async () => {
  for (const size of [5000, 200_000]) {
    const bytes = randomBytes(size)
    for (const [name, encode] of CODINGS) {
      const wire = encode(bytes)
      assert.equal((await decode(wire, name, { ...limits, bodyBytesMax: size })).length, size)
      const tight = { ...limits, bodyBytesMax: size - 1 }
      await assert.rejects(decode(wire, name, tight), { code: 'BodyTooLarge' }, name)
    }
  }
})

test('a high ratio is harmless up to 1 MiB and refused above', async () => {
  assert.equal((await decode(gzipSync(Buffer.alloc(MIB)), 'gzip')).length, MIB)
  await assert.rejects(decode(gzipSync(Buffer.alloc(MIB + 1)), 'gzip'), { code: 'BodyTooLarge' })
})

test('all members of a gzip body and all frames of a zstd body are decoded', async () => {
  for (const [name, encode] of [CODINGS[0], CODINGS[4]]) {
    const wire = Buffer.concat([encode('one '), encode(''), encode('two')])
    assert.equal((await decode(wire, name)).toString(), 'one two')
    await assert.rejects(decode(wire.subarray(0, -2), name), { code: 'BadEncoding' })
  }
})

test('the limit holds over all frames of a zstd body together', async () => {
  const frame = zstdCompressSync(randomBytes(400))
  const wire = Buffer.concat([frame, frame, frame])
  await assert.rejects(decode(wire, 'zstd', { ...limits, bodyBytesMax: 1000 }), { code: 'BodyTooLarge' })
})

test('names that are no coding leave the bytes alone', async () => {
  for (const name of ['', 'identity', 'none', 'UTF-8', ' , identity']) {
    assert.equal((await decode(Buffer.from('plain'), name)).toString(), 'plain')
  }
})

test('more than two codings on top of each other are refused', async () => {
  await assert.rejects(decode(gzipSync('x'), 'gzip, gzip, gzip'), { code: 'BadEncoding' })
})

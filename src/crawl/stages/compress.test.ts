/** A body comes back byte by byte, however it is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compress, decompress } from './compress.ts'

test('any body comes back as it was, and none grows by more than a frame', async () => {
  const body = fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 200, maxLength: 2000, size: 'max' }))
  await fc.assert(
    fc.asyncProperty(body, async (body) => {
      const kept = await compress(body)
      assert.deepEqual(new Uint8Array(await decompress(kept)), body)
      assert.ok(kept.body.byteLength <= body.byteLength + 32)
    }),
  )
})

test('a long repetitive body is kept small, a short one as it is', async () => {
  const long = await compress(Buffer.from('the same again. '.repeat(1000)))
  assert.equal(long.compression, 'zstd')
  assert.ok(long.body.byteLength < 200)
  assert.deepEqual(await compress(Buffer.from('short')), { compression: 'none', body: Buffer.from('short') })
})

test('a body too large to be compressed on the event loop comes back too', async () => {
  const large = Buffer.alloc(300_000, 'not all the same: ').fill('x', 1_000, 2_000)
  const kept = await compress(large)
  assert.ok(kept.body.byteLength < 10_000)
  assert.deepEqual(Buffer.from(await decompress(kept)), large)
})

test('a compression of a later version is refused, not guessed', async () => {
  await assert.rejects(decompress({ compression: 'brotli', body: new Uint8Array() }), { code: 'Corrupt' })
})

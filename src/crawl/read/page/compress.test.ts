/** A body comes back byte by byte, however it is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compress, decompress } from './compress.ts'

test('any body comes back as it was, and none grows by more than a frame', () => {
  const body = fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 200, maxLength: 2000, size: 'max' }))
  fc.assert(
    fc.property(body, (body) => {
      const kept = compress(body)
      assert.deepEqual(new Uint8Array(decompress(kept)), body)
      assert.ok(kept.body.byteLength <= body.byteLength + 32)
    }),
  )
})

test('a long repetitive body is kept small, a short one as it is', () => {
  const long = compress(Buffer.from('the same again. '.repeat(1000)))
  assert.equal(long.compression, 'zstd')
  assert.ok(long.body.byteLength < 200)
  assert.deepEqual(compress(Buffer.from('short')), { compression: 'none', body: Buffer.from('short') })
})

test('what is kept brings no larger buffer along, as a thread would send it', () => {
  const kept = compress(Buffer.alloc(300_000, 'not all the same: ').fill('x', 1_000, 2_000))
  assert.ok(kept.body.buffer.byteLength < 10_000)
})

test('a compression of a later version is refused, not guessed', () => {
  assert.throws(() => decompress({ compression: 'brotli', body: new Uint8Array() }), { code: 'Corrupt' })
})

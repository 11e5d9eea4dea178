import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from './digest.ts'

test('a digest is the SHA-256 of the bytes in lower-case hex', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // FIPS 180-2 appendix B.1
  assert.equal(sha256('abc'), abc)
  assert.equal(sha256(new TextEncoder().encode('abc')), abc)
  assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('the digest of a string is that of its UTF-8', () => {
  assert.equal(sha256('é😀'), sha256(new TextEncoder().encode('é😀')))
})

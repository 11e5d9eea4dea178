import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { hostOf, parseHttpUrl, urlKey } from './url.ts'

test('a url key is the WHATWG href without its fragment and nothing else', () => {
  const keys = new Map([
    ['https://A.Example/Path/?b=2&a=1#top', 'https://a.example/Path/?b=2&a=1'],
    ['https://a.example', 'https://a.example/'],
    ['https://a.example:443/', 'https://a.example/'],
    ['http://a.example:443/', 'http://a.example:443/'],
    ['https://a.example/x#', 'https://a.example/x'],
    ['https://a.example/x?', 'https://a.example/x?'],
    ['https://a.example/a/../b/./c', 'https://a.example/b/c'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['https://a.example/%7Eme', 'https://a.example/%7Eme'],
  ])
  for (const [url, key] of keys) assert.equal(urlKey(url), key)
})

test('a url key is its own key, and a URL object is left as it was', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
      const parsed = new URL(url)
      const { href } = parsed
      const key = urlKey(parsed)
      assert.equal(urlKey(key), key)
      assert.equal(parsed.href, href)
      assert.equal(key.includes('#'), false)
    }),
  )
})

test('a host is the host with its port, whatever the scheme', () => {
  assert.equal(hostOf('https://a.example/x'), 'a.example')
  assert.equal(hostOf('http://A.example:80/x'), 'a.example')
  assert.equal(hostOf('http://a.example:8080/x'), 'a.example:8080')
  assert.equal(hostOf('http://[::1]:8080/'), '[::1]:8080')
})

test('an http or https URL is taken with the blanks around it', () => {
  assert.equal(parseHttpUrl('  HTTPS://a.example/x#y\n').href, 'https://a.example/x#y')
  assert.equal(parseHttpUrl('http://localhost:8080').href, 'http://localhost:8080/')
})

test('a host without its scheme is refused with the URL that was probably meant', () => {
  for (const text of ['a.example', 'a.example/x?y', 'localhost:8080', 'a.example:81/x', 'bücher.example']) {
    assert.throws(() => parseHttpUrl(` ${text} `), {
      code: 'BadUrl',
      message: `expected an http:// or https:// URL, got " ${text} "; did you mean https://${text} ?`,
    })
  }
})

test('what is no http URL at all is refused without a guess', () => {
  const texts = [
    '',
    'ftp://a.example/',
    'mailto:me@a.example',
    'http://',
    'https://a b/',
    'javascript:alert(1)',
    '/x',
    '::',
  ]
  for (const text of texts) {
    assert.throws(() => parseHttpUrl(text), {
      code: 'BadUrl',
      message: `expected an http:// or https:// URL, got "${text}"`,
    })
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isMillraceError, urlKey } from '../../model/index.ts'
import { compileScope, scopeOf } from './index.ts'

const SEEDS = ['https://example.org/start', 'http://example.org/', 'https://news.example.org:8443/']

const check = (url: string, include: string[] = [], exclude: string[] = []) =>
  compileScope(scopeOf(SEEDS, { include, exclude })).explain(url)

test('the hosts are those of the seeds, sorted and unique', () => {
  const { hosts } = scopeOf(SEEDS, { include: [], exclude: [] })
  assert.deepEqual(hosts, ['example.org', 'news.example.org:8443'])
})

const cases: [url: string, include: string[], exclude: string[], inScope: boolean, reason: string][] = [
  ['https://example.org/', [], [], true, 'host example.org is a seed host'],
  ['http://example.org/x', [], [], true, 'host example.org is a seed host'],
  ['http://u:p@example.org/x', [], [], true, 'host example.org is a seed host'],
  ['https://news.example.org/', [], [], false, 'host news.example.org is not a seed host'],
  ['https://example.org@evil.org/', [], [], false, 'host evil.org is not a seed host'],
  ['https://example.org:444/', [], [], false, 'host example.org:444 is not a seed host'],
  ['ftp://example.org/', [], [], false, 'not an http or https URL'],
  ['nonsense', [], [], false, 'not an http or https URL'],
  ['https://example.org/print/1', [], ['/print/*'], false, 'excluded by --exclude /print/*'],
  ['https://example.org/a/print/1', [], ['/print/*'], true, 'host example.org is a seed host'],
  ['https://example.org/a?print=1', [], ['print='], false, 'excluded by --exclude print='],
  ['https://example.org/about', ['/about'], [], true, 'included by --include /about'],
  ['https://example.org/about?x', ['/about'], [], false, 'matches no --include'],
  ['https://example.org/blog/x', ['/blog/*', '/news/*'], [], true, 'included by --include /blog/*'],
  ['https://example.org/shop', ['/blog/*', '/news/*'], [], false, 'matches no --include'],
  ['https://example.org/blog/x', ['/blog/*'], ['*/x'], false, 'excluded by --exclude */x'],
  [
    'https://docs.example.org/x',
    ['https://docs.example.org/*'],
    [],
    true,
    'included by --include https://docs.example.org/*',
  ],
  [
    'http://docs.example.org/x',
    ['https://docs.example.org'],
    [],
    true,
    'included by --include https://docs.example.org',
  ],
  ['https://example.org/x', ['https://docs.example.org/*'], [], true, 'host example.org is a seed host'],
  [
    'https://evil.org/?docs.example.org/',
    ['https://*.example.org/*'],
    [],
    false,
    'host evil.org is not a seed host',
  ],
  [
    'https://a.b.example.org/',
    ['https://*.example.org/*'],
    [],
    true,
    'included by --include https://*.example.org/*',
  ],
  [
    'https://a.b.example.org/',
    ['https://*.example.org/*'],
    ['https://a.*'],
    false,
    'excluded by --exclude https://a.*',
  ],
  ['https://example.org/a', ['https://example.org/b*'], [], false, 'matches no --include'],
  [`https://example.org/${'x'.repeat(2_029)}`, [], [], false, 'longer than 2,048 characters'],
  [`https://example.org/${'x'.repeat(2_028)}`, [], [], true, 'host example.org is a seed host'],
  [
    'https://news.example.org:8443/a',
    ['https://example.org/b*'],
    [],
    true,
    'host news.example.org:8443 is a seed host',
  ],
  ['https://example.org/%C3%BCber/x', ['/über/*'], [], true, 'included by --include /über/*'],
  [
    'https://xn--bcher-kva.example/',
    ['https://bücher.example/*'],
    [],
    true,
    'included by --include https://bücher.example/*',
  ],
]

for (const [url, include, exclude, inScope, reason] of cases) {
  test(`${url} with +[${include.join(' ')}] -[${exclude.join(' ')}]: ${reason}`, () => {
    assert.deepEqual(check(url, include, exclude), { inScope, reason })
  })
}

test('the quick answer and the explained one agree', () => {
  const pattern = fc.constantFrom('/a*', 'b', '*', 'https://o.org/*', 'https://example.org/c', '/*?*')
  const url = fc.constantFrom(
    'https://example.org/a',
    'https://example.org/c',
    'http://o.org/b?x',
    'https://p.org/',
    'x',
  )
  fc.assert(
    fc.property(fc.array(pattern), fc.array(pattern), url, (include, exclude, url) => {
      const scope = compileScope(scopeOf(SEEDS, { include, exclude }))
      assert.equal(scope.inScope(url), scope.explain(url).inScope)
    }),
  )
})

test('a path written as a pattern matches itself and nothing else', () => {
  const path = fc.webPath().filter((path) => path.startsWith('/') && !path.includes('*'))
  fc.assert(
    fc.property(path, path, (pattern, other) => {
      const scope = compileScope(scopeOf(SEEDS, { include: [pattern], exclude: [] }))
      const key = urlKey(`https://example.org${other}`)
      fc.pre(urlKey(`https://example.org${pattern}`) === `https://example.org${pattern}`)
      assert.ok(scope.inScope(`https://example.org${pattern}`))
      assert.equal(scope.inScope(key), key === `https://example.org${pattern}`)
    }),
  )
})

test('any url is judged without throwing', () => {
  const scope = compileScope(scopeOf(SEEDS, { include: ['/a*b*c'], exclude: ['*x*'] }))
  fc.assert(fc.property(fc.string(), (url) => !scope.inScope(url)))
})

test('the host cut out of a url key is the one the URL standard finds', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), fc.constantFrom('', 'u@', 'u:p@'), (url, user) => {
      const key = urlKey(url.replace('://', `://${user}`))
      assert.ok(compileScope(scopeOf([key], { include: [], exclude: [] })).inScope(key))
    }),
  )
})

test('a seed that is no URL is refused', () => {
  assert.throws(
    () => scopeOf(['example.org'], { include: [], exclude: [] }),
    (error) => isMillraceError(error, 'BadUrl'),
  )
})

test('a pattern that can not match is refused when the scope is made', () => {
  for (const pattern of [
    '',
    '  ',
    '/a#b',
    'https://',
    'https://u@h/*',
    'https://[*/',
    'https://a b*/',
    '*://h/*',
    'ftp://h/*',
    'x'.repeat(2001),
  ]) {
    assert.throws(
      () => scopeOf(SEEDS, { include: [pattern], exclude: [] }),
      (error) => isMillraceError(error, 'Usage'),
      pattern,
    )
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ROBOTS_CHARS_MAX } from './parse-robots.ts'
import { allows, crawlDelayMs, parseRobots, robotsVerdict, sitemapsOf } from './index.ts'

const HOST = 'https://example.org'
const parse = (...lines: string[]) => parseRobots(lines.join('\n'), `${HOST}/robots.txt`)
const ask = (path: string, lines: string[], agent = 'millrace') => allows(parse(...lines), agent, HOST + path)

const all = 'User-agent: *'
const cases: [name: string, lines: string[], path: string, allowed: boolean][] = [
  ['no rules allow everything', [], '/x', true],
  ['an empty disallow allows everything', [all, 'Disallow:'], '/x', true],
  ['disallow / closes the host', [all, 'Disallow: /'], '/x', false],
  ['/robots.txt itself is always allowed', [all, 'Disallow: /'], '/robots.txt', true],
  ['a rule is a prefix', [all, 'Disallow: /fish'], '/fish.html', false],
  ['a rule with a slash is a folder', [all, 'Disallow: /fish/'], '/fish', true],
  ['paths tell case apart', [all, 'Disallow: /fish'], '/Fish', true],
  ['the longest rule wins', [all, 'Disallow: /a', 'Allow: /a/b'], '/a/b/c', true],
  ['the longest rule wins whatever the order', [all, 'Allow: /a/b', 'Disallow: /a'], '/a/b/c', true],
  ['allow wins a tie', [all, 'Disallow: /a', 'Allow: /a'], '/a', true],
  ['allow wins a tie that a wildcard makes', [all, 'Allow: /page', 'Disallow: /*.ph'], '/page.php5', true],
  ['* is any run', [all, 'Disallow: /*.php'], '/folder/a.php?x', false],
  ['$ is the end', [all, 'Disallow: /*.php$'], '/a.php?x', true],
  ['$ matches at the end', [all, 'Disallow: /*.php$'], '/a.php', false],
  ['$ in the middle is itself', [all, 'Disallow: /a$b'], '/a$bc', false],
  ['an escaped star is a star', [all, 'Disallow: /f-%2A.html'], '/f-*.html', false],
  ['an escaped star is no wildcard', [all, 'Disallow: /f-%2A.html'], '/f-x.html', true],
  ['rules see the query', [all, 'Disallow: /*?print='], '/a?print=1', false],
  [
    'escapes match plain letters (RFC table, row 5)',
    [all, 'Disallow: /foo/bar/%62%61%7A'],
    '/foo/bar/baz',
    false,
  ],
  ['plain letters match escapes', [all, 'Disallow: /foo/~x'], '/foo/%7Ex', false],
  [
    'non-ASCII matches its escapes (RFC table, row 3)',
    [all, 'Disallow: /foo/bar/ツ'],
    '/foo/bar/%e3%83%84',
    false,
  ],
  [
    'escapes in a query match what they stand for (RFC table, row 2)',
    [all, 'Disallow: /foo/bar?baz=https://foo.bar'],
    '/foo/bar?baz=https%3A%2F%2Ffoo.bar',
    false,
  ],
  ['an escaped slash in a path is no slash', [all, 'Disallow: /a/b'], '/a%2Fb', true],
  ['a rule without a slash is ignored', [all, 'Disallow: x'], '/x', true],
  ['rules before any agent are ignored', ['Disallow: /', all], '/x', true],
  [
    'comments and unknown lines are ignored',
    ['# hi', `${all} # everyone`, 'Noindex: /', 'Disallow: /a # b', 'rubbish'],
    '/a',
    false,
  ],
  ['names of lines tell no case apart', ['USER-AGENT:*', 'disALLOW:/a'], '/a', false],
  [
    'an own group replaces the one for everyone',
    [all, 'Disallow: /', 'User-agent: Millrace', 'Disallow: /a'],
    '/b',
    true,
  ],
  [
    'an own group without rules allows everything',
    [all, 'Disallow: /', '', 'User-agent: millrace'],
    '/b',
    true,
  ],
  ["another agent's group says nothing", ['User-agent: millrace-news', 'Disallow: /'], '/b', true],
  [
    'groups naming the same agent are one',
    ['User-agent: MILLRACE/2.0', 'Disallow: /a', all, 'Disallow: /', 'User-agent: millrace', 'Disallow: /b'],
    '/b',
    false,
  ],
  [
    'merged groups keep their first rules',
    [
      'User-agent: millrace',
      'Disallow: /a',
      'User-agent: x',
      'Disallow: /',
      'User-agent: millrace',
      'Disallow: /b',
    ],
    '/a',
    false,
  ],
  ['agents in a row share the rules', ['User-agent: millrace', 'User-agent: x', 'Disallow: /a'], '/a', false],
  [
    'a sitemap or delay line does not part agents',
    ['User-agent: millrace', 'Crawl-delay: 2', 'Sitemap: /s.xml', 'User-agent: x', 'Disallow: /a'],
    '/a',
    false,
  ],
  ['blank lines do not end a group', [all, '', 'Disallow: /a'], '/a', false],
]

for (const [name, lines, path, allowed] of cases) {
  test(name, () => assert.equal(ask(path, lines), allowed))
}

test('every kind of line end and a byte order mark are read', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const rules = parseRobots(`\ufeff${[all, 'Disallow: /a'].join(end)}`, `${HOST}/robots.txt`)
    assert.equal(allows(rules, 'millrace', `${HOST}/a`), false)
  }
})

test('our agent is known by its product token, whatever follows it', () => {
  for (const agent of ['Millrace', 'millrace/1.0', 'Millrace/1.0 (+https://millrace.example/bot)']) {
    assert.equal(ask('/a', ['User-agent: millrace', 'Disallow: /a'], agent), false)
  }
})

test('a rule cut at the size limit is dropped, the rules before it hold', () => {
  const padding = '#'.repeat(ROBOTS_CHARS_MAX - `${all}\nDisallow: /a\n\nDisallow: /`.length)
  const rules = parse(all, 'Disallow: /a', padding, 'Disallow: /private')
  assert.deepEqual([allows(rules, 'm', `${HOST}/a`), allows(rules, 'm', `${HOST}/b`)], [false, true])
})

const delay = (...values: string[]) =>
  crawlDelayMs(parse(all, ...values.map((value) => `Crawl-delay: ${value}`)), 'm')

test("crawl delays are milliseconds, the longest of an agent's groups, and nothing where they are no number", () => {
  assert.deepEqual(
    [
      delay('1.5'),
      delay('2', '10'),
      delay('.5'),
      delay(''),
      delay('-1'),
      delay('soon'),
      delay('999999999'),
      delay(),
    ],
    [1500, 10_000, 500, null, null, null, 86_400_000, null],
  )
})

test('a delay between two agents slows down both', () => {
  const rules = parse('User-agent: a', 'Crawl-delay: 3', 'User-agent: b', 'Disallow:')
  assert.deepEqual(
    [crawlDelayMs(rules, 'a'), crawlDelayMs(rules, 'b'), crawlDelayMs(rules, 'c')],
    [3000, 3000, null],
  )
})

test('sitemaps are absolute http(s) URLs, each once, wherever they stand', () => {
  const rules = parse(
    'Sitemap: https://cdn.org/s.xml',
    all,
    'sitemap: /s2.xml',
    'Sitemap:https://cdn.org/s.xml',
    'Sitemap: file:///x',
  )
  assert.deepEqual(sitemapsOf(rules), ['https://cdn.org/s.xml', 'https://example.org/s2.xml'])
})

const kind = (status: number) => robotsVerdict({ status, body: '', url: `${HOST}/robots.txt` }).kind

test('an answer means rules, no rules, or waiting', () => {
  assert.deepEqual([200, 204].map(kind), ['rules', 'rules'])
  assert.deepEqual([301, 401, 403, 404, 410].map(kind), Array(5).fill('allow-all'))
  assert.deepEqual([429, 500, 503, 0].map(kind), Array(4).fill('wait'))
  assert.equal(robotsVerdict('unreachable').kind, 'wait')
})

test('an HTML page served as robots.txt allows everything', () => {
  assert.equal(ask('/a', ['<!doctype html>', '<a href="x:y">Disallow: /</a>']), true)
})

test('any file and any URL are judged without throwing', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(all, 'Disallow: /%', 'Allow: /\ud800*$', 'Crawl-delay: 1', 'Sitemap: http://['),
  )
  fc.assert(
    fc.property(fc.array(line), fc.webUrl(), fc.string(), (lines, url, text) => {
      const rules = parse(...lines)
      allows(rules, text, url)
      assert.equal(allows(rules, 'm', 'no url'), false)
    }),
  )
})

test('a rule always matches the path it was written from', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      const { pathname, search } = new URL(url)
      fc.pre(pathname !== '/robots.txt' && !`${pathname}${search}`.endsWith('$'))
      assert.equal(allows(parse(all, `Disallow: ${pathname}${search}`), 'm', url), false)
    }),
  )
})

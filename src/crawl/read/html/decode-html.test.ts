import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeHtml } from './index.ts'

const ascii = (text: string) => [...Buffer.from(text, 'latin1')]
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? ascii(part) : part)))
const utf8 = (text: string) => new TextEncoder().encode(text)

const JAPANESE = [0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea]
const KOREAN = [0xc7, 0xd1, 0xb1, 0xb9, 0xbe, 0xee]

const samples: [
  name: string,
  body: Uint8Array,
  contentType: string | undefined,
  charset: string,
  holds: string,
][] = [
  ['Shift_JIS by header', bytes('<p>', JAPANESE), 'text/html; charset=Shift_JIS', 'shift_jis', '日本語'],
  ['Shift_JIS by meta', bytes('<meta charset="shift_jis"><p>', JAPANESE), 'text/html', 'shift_jis', '日本語'],
  ['EUC-KR by meta', bytes('<meta charset=euc-kr><p>', KOREAN), undefined, 'euc-kr', '한국어'],
  [
    'EUC-KR by http-equiv',
    bytes('<meta http-equiv=content-type content="text/html;charset=euc-kr">', KOREAN),
    '',
    'euc-kr',
    '한국어',
  ],
  [
    'ISO-8859-1, which is windows-1252',
    bytes('caf', [0xe9]),
    'text/html;charset="ISO-8859-1"',
    'windows-1252',
    'café',
  ],
  [
    'ISO-8859-2 by XML declaration',
    bytes('<?xml version="1.0" encoding="ISO-8859-2"?>', [0xb1]),
    undefined,
    'iso-8859-2',
    'ą',
  ],
  ['windows-1252 by default', bytes([0x93, 0x80, 0x94]), undefined, 'windows-1252', '“€”'],
  [
    'UTF-16LE by mark',
    Uint8Array.from([0xff, 0xfe, ...Buffer.from('naïve', 'utf16le')]),
    'text/html; charset=utf-8',
    'utf-16le',
    'naïve',
  ],
  ['UTF-16BE by mark', Uint8Array.from([0xfe, 0xff, 0, 0x41]), undefined, 'utf-16be', 'A'],
  ['UTF-8 by mark, against the header', utf8('\ufeffé'), 'text/html; charset=shift_jis', 'utf-8', 'é'],
  ['UTF-8 undeclared', utf8('<p>Grüße'), undefined, 'utf-8', 'Grüße'],
  ['plain ASCII undeclared', utf8('<p>hi'), 'text/html', 'utf-8', 'hi'],
  ['UTF-8 under a header of iso-8859-1', utf8('<p>Grüße'), 'text/html; charset=iso-8859-1', 'utf-8', 'Grüße'],
  [
    'UTF-8 under a meta of windows-1251',
    utf8('<meta charset=windows-1251>Привет'),
    undefined,
    'utf-8',
    'Привет',
  ],
  [
    'UTF-8 under a header of EUC-KR',
    utf8('한국어 문장입니다'),
    'text/html; charset=euc-kr',
    'utf-8',
    '한국어',
  ],
  ['UTF-8 under a header of UTF-16', utf8('<p>Grüße'), 'text/html; charset=utf-16', 'utf-8', 'Grüße'],
  [
    'latin-1 under a header of UTF-8',
    bytes('caf', [0xe9]),
    'text/html; charset=utf-8',
    'windows-1252',
    'café',
  ],
  [
    'meta after a lying header',
    bytes('<meta charset=shift_jis><p>', JAPANESE),
    'text/html; charset=utf-8',
    'shift_jis',
    '日本語',
  ],
  [
    'meta after an unknown label',
    bytes('<meta charset=shift_jis><p>', JAPANESE),
    'text/html; charset=klingon',
    'shift_jis',
    '日本語',
  ],
  [
    'ISO-2022-JP, whose bytes are ASCII',
    bytes([0x1b], '$BF|K', [0x5c], [0x1b], '(B'),
    'text/html; charset=iso-2022-jp',
    'iso-2022-jp',
    '日本',
  ],
]

for (const [name, body, contentType, charset, holds] of samples) {
  test(`${name} is decoded`, () => {
    const decoded = decodeHtml(body, contentType)
    assert.equal(decoded.charset, charset)
    assert.ok(decoded.html.includes(holds), `"${decoded.html}" holds "${holds}"`)
  })
}

test('one torn byte does not turn a UTF-8 page into windows-1252', () => {
  const body = Uint8Array.from([...utf8('Привет, мир! Привет, мир!'), 0xd0])
  for (const contentType of ['text/html; charset=utf-8', undefined]) {
    assert.equal(decodeHtml(body, contentType).html, 'Привет, мир! Привет, мир!\ufffd')
  }
})

test('a byte order mark is not part of the text', () => {
  assert.equal(decodeHtml(utf8('\ufeff<p>'), undefined).html, '<p>')
})

test('decoding never throws and UTF-8 always survives', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.option(fc.string(), { nil: undefined }),
      (body, label) => {
        decodeHtml(body, label === undefined ? undefined : `text/html; charset=${label}`)
      },
    ),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.startsWith('\ufeff') && !text.includes('\0') && !/charset|encoding/i.test(text))
      assert.equal(decodeHtml(utf8(text), 'text/html; charset=utf-8').html, text)
    }),
  )
})

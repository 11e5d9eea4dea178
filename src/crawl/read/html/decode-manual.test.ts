/** Every page of Apache's manual, which Debian packs in the charsets its translators chose; skipped where it is not installed. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeHtml } from './index.ts'

const FOLDER = '/usr/share/doc/apache2-doc/manual'

/** What must, and what a wrong decoding would, stand on the pages of a language. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  ja: /[ぁ-んァ-ヶ]/,
  ko: /[가-힣]/,
  tr: /[şğıİ]/,
  ru: /[а-яё]/i,
  'zh-cn': /[一-龥]/,
}

test(
  'all pages of the Apache manual decode in the charset they are in',
  { skip: existsSync(FOLDER) ? false : 'apache2-doc is not installed' },
  () => {
    const charsets = new Set<string>()
    const languages = new Set<string>()
    for (const file of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.html')) continue
      const { html, charset } = decodeHtml(readFileSync(join(FOLDER, file)), undefined)
      assert.ok(!html.includes('\ufffd'), `${file} as ${charset} has what does not decode`)
      assert.doesNotMatch(html, /Ã[¤¶¼©¨±]|â€|[\u0080-\u009f]/, `${file} as ${charset} is garbled`)
      charsets.add(charset)
      const language = /<html[^>]*\slang="([a-z-]+)"/.exec(html)?.[1] ?? ''
      if (EXPECTED[language]?.test(html) === true) languages.add(language)
    }
    for (const charset of ['utf-8', 'euc-kr', 'windows-1252']) assert.ok(charsets.has(charset), charset)
    assert.deepEqual([...languages].sort(), Object.keys(EXPECTED).sort())
  },
)

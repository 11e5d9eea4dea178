import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentOfFragment, extractContent } from './index.ts'

const SENTENCE = 'The mill by the river ground the corn of three villages for two hundred years.'

test('the paragraphs of an article are its text, and what stands beside them is not', () => {
  const { text } = extractContent(
    `<html lang=en><meta property=og:type content=article><title>The mill</title><body><nav><a href=/>Home</a> ${SENTENCE}</nav>
     <div class=story><p>${SENTENCE} One.</p><p>${SENTENCE} Two.</p></div>
     <div class="related-posts"><p>${SENTENCE} Three.</p></div><footer>${SENTENCE}</footer>`,
    'https://example.org/',
  )
  assert.equal(text, `${SENTENCE} One.\n\n${SENTENCE} Two.`)
})

test('a fragment keeps all that a reader sees', () => {
  const { text, wordCount } = contentOfFragment(
    '<p>One <b>two</b></p><footer>three<script>4</script></footer>',
    'https://example.org/',
  )
  assert.equal(text, 'One two\n\nthree')
  assert.equal(wordCount, 3)
})

/** Mozilla's Readability on happy-dom, the DOM that installs and that it scores on as published. Text and title only. */
import { Readability } from '@mozilla/readability'
import { Window } from 'happy-dom'

import { timeExtraction } from '../rig/extract.ts'

const settings = {
  disableJavaScriptEvaluation: true,
  disableJavaScriptFileLoading: true,
  disableCSSFileLoading: true,
  disableIframePageLoading: true,
}

await timeExtraction(async (pages) => {
  const texts = []
  for (const { url, html } of pages) {
    const window = new Window({ url, settings })
    window.document.write(new TextDecoder().decode(html))
    const article = new Readability(window.document).parse()
    texts.push(article?.textContent ?? '')
    await window.happyDOM.close()
  }
  return texts
})

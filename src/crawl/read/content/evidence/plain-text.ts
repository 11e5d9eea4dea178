/** Text in which sites left markup: entities are decoded and tags taken out. */
import { collapse, readTags } from '../../html/index.ts'

/** Text as a reader would see it, white space collapsed. */
export function plainText(text: string): string {
  if (!/[&<]/.test(text)) return collapse(text)
  let plain = ''
  readTags(text, 'html', {
    wantsAttributes: () => false,
    openTag: () => undefined,
    closeTag: () => undefined,
    text: (piece) => {
      plain += piece
    },
  })
  return collapse(plain)
}

/** Seeded prose in several languages: not sense, but the letters, lengths and rhythm that text code has to handle. */
import type { Random } from './random.ts'

const WORDS = {
  en: 'the water of mill wheel and stone river runs under old bridge where grain is ground into flour by slow turning gears every morning miller opens sluice gate',
  de: 'das Wasser der Mühle treibt über schmale Gräben ein großes Rad und der Müller öffnet früh am Morgen die Schütze während Körner zwischen Steinen zu Mehl werden',
  fr: 'le moulin à eau tourne près de la rivière où le meunier élève la vanne dès l’aube pour que les meules écrasent le blé et que la farine coule vers le sac',
  es: 'el molino de agua gira junto al río donde el molinero abre la compuerta cada mañana para que las piedras muelan el trigo y la harina caiga en el saco pequeño',
  el: 'ο νερόμυλος γυρίζει δίπλα στο ποτάμι και ο μυλωνάς ανοίγει κάθε πρωί το νερό για να αλέσουν οι πέτρες το σιτάρι και να πέσει το αλεύρι στο σακί',
  ja: '水車 は 川 の そば で 回り 粉屋 は 毎朝 水門 を 開け 石 が 麦 を 挽き 白い 粉 が 袋 に 落ちる 古い 橋 の 下',
} as const

/** A language code (BCP 47) the generator can write. */
export type Language = keyof typeof WORDS

/** Every language there is, for picking one. */
export const LANGUAGES = Object.keys(WORDS) as readonly Language[]

/** Words joined by blanks; `count` of them. */
export function phrase(random: Random, language: Language, count: number): string {
  const stock = WORDS[language].split(' ')
  return Array.from({ length: count }, () => random.pick(stock)).join(' ')
}

/** Paragraphs of sentences that have `length` characters or a little more in all. */
export function paragraphs(random: Random, language: Language, length: number): readonly string[] {
  const made: string[] = []
  for (let written = 0; written < length; written += made.at(-1)?.length ?? 0) {
    const sentences = Array.from({ length: 2 + random.below(4) }, () => sentence(random, language))
    made.push(sentences.join(' '))
  }
  return made
}

function sentence(random: Random, language: Language): string {
  const text = phrase(random, language, 5 + random.below(12))
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

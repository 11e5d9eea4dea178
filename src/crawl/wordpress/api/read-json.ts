/** JSON as WordPress sends it: behind a byte order mark, or behind and before what PHP had to say. */
import type { Json } from '../../../model/index.ts'

/** What a body held. */
export interface ReadJson {
  readonly value: Json
  /** Whether there was something beside the JSON. */
  readonly isDirty: boolean
}

/** How far into a body its JSON may begin, and how a list of things or a thing begins: a message seldom has that. */
const PRELUDE_CHARS_MAX = 64 * 1024
const BEGINNING = /\[\s*\{|\{\s*"/
const NOTHING = /\[\s*\]\s*(?:$|<)/
/** What may follow: nothing, or a message of PHP, as HTML or plain. */
const AFTERWARDS = /^\s*(?:$|<|PHP |Warning|Notice|Deprecated|Fatal)/
const PEEK_CHARS = 100

/**
 * The JSON in a body; undefined when there is none that is whole. Only what begins first is tried: a part of what is torn
 * is JSON as well.
 */
export function readJson(body: Uint8Array): ReadJson | undefined {
  // The decoder takes the mark off.
  const text = new TextDecoder().decode(body).trim()
  const whole = parsed(text)
  if (whole !== undefined) return { value: whole, isDirty: false }
  if (text.startsWith('<!') || text.startsWith('<html')) return undefined
  const head = text.slice(0, PRELUDE_CHARS_MAX)
  const start = BEGINNING.exec(head)?.index ?? NOTHING.exec(head)?.index
  if (start === undefined) return undefined
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1
  if (!AFTERWARDS.test(text.slice(end, end + PEEK_CHARS))) return undefined
  const value = parsed(text.slice(start, end))
  return value === undefined ? undefined : { value, isDirty: true }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    // That it is no JSON is the answer.
    return undefined
  }
}

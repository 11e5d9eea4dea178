/** JSON as WordPress sends it: behind a byte order mark, or behind and before what PHP had to say. */
import type { Json } from '../../../model/index.ts'

/** What a body held. */
export interface ReadJson {
  readonly value: Json
  /** Whether there was something beside the JSON. */
  readonly isDirty: boolean
}

/** Places at which JSON is tried to begin: a warning names few brackets. */
const STARTS_MAX = 40
/** How far into a body it may begin. */
const PRELUDE_CHARS_MAX = 64 * 1024

/** The JSON in a body; undefined when there is none that is whole. */
export function readJson(body: Uint8Array): ReadJson | undefined {
  // The decoder takes the mark off.
  const text = new TextDecoder().decode(body).trim()
  const whole = parsed(text)
  if (whole !== undefined) return { value: whole, isDirty: false }
  if (text.startsWith('<!') || text.startsWith('<html')) return undefined
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1
  for (const start of startsIn(text)) {
    const value = parsed(text.slice(start, end))
    if (isAnswer(value)) return { value, isDirty: true }
  }
  return undefined
}

function startsIn(text: string): readonly number[] {
  const found = [...text.slice(0, PRELUDE_CHARS_MAX).matchAll(/[[{]/g)]
  return found.slice(0, STARTS_MAX).map(({ index }) => index)
}

/** A bracket within a warning can be JSON as well: `[8]` names an error level. */
function isAnswer(value: Json | undefined): value is Json {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) || value.length === 0 || typeof value[0] === 'object'
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    // That it is no JSON is the answer.
    return undefined
  }
}

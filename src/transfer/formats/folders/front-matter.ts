/** YAML front matter in the part of YAML that is JSON, so that no value can be read as anything else. */

/* What YAML forbids in a quoted text, takes for a line end or may strip, and JSON lets stand. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** Fields between two lines of ---, in order; null and empty lists are left out. */
export function frontMatter(fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields).flatMap(([name, value]) => {
    const isNothing = value === null || value === undefined || (Array.isArray(value) && value.length === 0)
    return isNothing ? [] : [`${name}: ${scalar(value)}\n`]
  })
  return `---\n${lines.join('')}---\n`
}

function scalar(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

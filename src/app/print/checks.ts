/** Findings of `doctor` for a person: one line a check, and below it what to do. */
import type { Check } from '../../store/index.ts'
import { plainLine } from './plain-text.ts'

const SIGNS = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const
const DETAIL_CHARS_MAX = 400

/** The lines. */
export function renderChecks(checks: readonly Check[]): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, status, detail, advice }) => {
    const line = `${SIGNS[status].padEnd(6)}${name.padEnd(width + 2)}${plainLine(detail, DETAIL_CHARS_MAX)}`
    return advice === null ? [line] : [line, `${' '.repeat(width + 8)}-> ${advice}`]
  })
  return lines.join('\n')
}

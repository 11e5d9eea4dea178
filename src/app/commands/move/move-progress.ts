/** How far a move is: one line that is redrawn on a terminal, a line for each tenth of a step elsewhere. */
import { createLogUpdate } from 'log-update'
import type { MoveProgress } from '../../../transfer/index.ts'
import type { CommandContext } from '../../context.ts'
import { say } from '../../print/output.ts'

const BAR_CELLS = 24
const DRAW_MS = 200
const TELL_PERCENT = 10

/** Hears of progress. */
export interface ShownMove {
  tell(progress: MoveProgress): void
  /** Takes the line away. */
  stop(): void
}

/** Shows it as the output allows. */
export function showMove({ output, isJson, isTerminal }: CommandContext): ShownMove {
  if (output.isQuiet || isJson) return { tell: () => undefined, stop: () => undefined }
  return isTerminal ? drawn(output.stderr) : spoken((line) => say(output, line))
}

function drawn(stderr: CommandContext['output']['stderr']): ShownMove {
  const draw = createLogUpdate(stderr as NodeJS.WriteStream)
  let drawnAt = -Infinity
  return {
    tell(progress) {
      const now = performance.now()
      if (now - drawnAt < DRAW_MS) return
      drawnAt = now
      draw(renderMove(progress))
    },
    stop() {
      draw.clear()
      draw.done()
    },
  }
}

function spoken(tell: (line: string) => void): ShownMove {
  let said = ''
  return {
    tell(progress) {
      const line = sentence(progress)
      if (line !== said) tell(line)
      said = line
    },
    stop: () => undefined,
  }
}

/** The line on a terminal. */
export function renderMove({ step, what, rows, rowsTotal, lag }: MoveProgress): string {
  if (lag !== undefined) return `${step}   ${lag === 0 ? 'both are equal now' : `${lag} positions behind`}`
  if (rowsTotal === 0) return `${step}   ${what}`
  const share = Math.min(1, rows / rowsTotal)
  const full = Math.round(share * BAR_CELLS)
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`
  return `${step}   ${bar} ${Math.floor(share * 100)} %   ${rows} of ${rowsTotal} rows   ${what}`
}

function sentence({ step, what, rows, rowsTotal, lag }: MoveProgress): string {
  if (lag !== undefined) return lag === 0 ? 'caught up' : 'catching up'
  // Which index it is would be thirty lines.
  if (rowsTotal === 0) return `${step}: ${what.replace(/^index .*/, 'indexes')}`
  return `${step}: ${Math.floor((100 * Math.min(1, rows / rowsTotal)) / TELL_PERCENT) * TELL_PERCENT} %`
}

/** One statement and the end of it: by its answer, by the server, or by giving up the session. */
import { MillraceError } from '../../../model/index.ts'
import type { Answer, Connection, Sent } from '../connect/index.ts'

/** When it ends. */
export interface Within {
  /** By performance.now(). */
  readonly endsAt: number
  /** How long the server has to end it after that. */
  readonly cancelMs: number
}

/**
 * The answer. A session whose statement was cancelled is given up: a request to cancel that comes late would end the
 * next caller's statement.
 * @throws MillraceError Timeout past the deadline, at most `cancelMs` later
 */
export async function runWithin(connection: Connection, sent: Sent, within: Within): Promise<Answer> {
  let grace: NodeJS.Timeout | undefined
  const leftMs = Math.max(0, within.endsAt - performance.now())
  const deadline = setTimeout(() => {
    grace = setTimeout(() => connection.drop(), within.cancelMs)
    void connection.cancel()
  }, leftMs)
  try {
    return await connection.run(sent)
  } catch (cause) {
    if (grace === undefined) throw cause
    throw new MillraceError('Timeout', `a read took longer than ${Math.round(leftMs)} ms and was ended`, {
      cause,
    })
  } finally {
    clearTimeout(deadline)
    clearTimeout(grace)
    if (grace !== undefined) connection.drop()
  }
}

/** A thread that answers, fails, or ends, as it is asked. */
import { MillraceError } from '../../model/index.ts'
import { serveThread } from '../index.ts'

serveThread({
  echo: (payload: unknown) => payload,
  later: (payload: unknown) => Promise.resolve(payload),
  refuse: (message: string) => {
    throw new MillraceError('Busy', message, { applied: 'unknown', facts: { waitMs: 5 } })
  },
  die: () => process.exit(3),
  hang: () => {
    for (;;);
  },
})

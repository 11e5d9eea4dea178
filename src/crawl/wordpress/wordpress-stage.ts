/** The stage of WordPress jobs: which step a job is, is in its input. */
import { MillraceError } from '../../model/index.ts'
import { answerLane, stage, type Stage } from '../../jobs/index.ts'
import type { Command, Reader } from '../../store/index.ts'
import { WORDPRESS_KIND } from '../frontier.ts'
import { find, look, names, root, taxonomies, types } from './discover/index.ts'
import { feed } from './fallback/index.ts'
import { fetchMissing, prove, sweep, verify } from './prove/index.ts'
import type { Step, WordpressTools } from './step.ts'
import { changes, media, walk } from './walk/index.ts'

/** Every step by its name in a job's input, which is always what the step that offered it wrote. */
const STEPS: Readonly<Record<string, Step<never>>> = {
  find,
  root,
  types,
  taxonomies,
  names,
  look,
  walk,
  changes,
  media,
  prove,
  sweep,
  fetch: fetchMissing,
  verify,
  feed,
}

/** The stage of WORDPRESS_KIND jobs. Everything a step read the store for happens before it says what to write. */
export function wordpressStage(tools: WordpressTools): Stage {
  return stage<Reader, readonly Command[]>({
    kind: WORDPRESS_KIND,
    load: (reader) => Promise.resolve(reader),
    async work(reader, context) {
      const input = context.job.input as unknown as { readonly step: string }
      const step = STEPS[input.step]
      if (step === undefined) throw new MillraceError('Fault', `there is no step "${input.step}"`)
      return step({ tools, reader, context, input: input as never })
    },
    // A step that could be taken was answered: its host is well.
    save: (commands, { lane }) => [...commands, answerLane({ key: lane })],
  })
}

/** Answers to what was sent in one go. */
import type { Answer } from '../connect/index.ts'

/** All of them. @throws the first failure; those after it only follow from it */
export async function settled(sent: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  const outcomes = await Promise.allSettled(sent)
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

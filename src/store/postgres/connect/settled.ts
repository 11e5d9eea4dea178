/** Answers to what was sent in one go. */

/** All of them. @throws the first failure; those after it only follow from it */
export async function settled<Value>(sent: readonly Promise<Value>[]): Promise<readonly Value[]> {
  const outcomes = await Promise.allSettled(sent)
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

/** `duplicates`: fingerprints for documents that have none yet, and how many documents say what another one says. */
import { duplicateCounts, fillInFingerprints } from '../../../crawl/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openStore } from '../../open-store.ts'
import { printLine } from '../../print/output.ts'

/** Prints the numbers; returns the exit code. @throws MillraceError as the store does */
export async function duplicates({ db, isJson, output }: CommandContext): Promise<number> {
  await using store = await openStore(db, 'duplicates')
  const filledIn = await fillInFingerprints(store)
  const counts = await duplicateCounts(store)
  const found = { filledIn, ...counts }
  const text =
    `${counts.documents} documents, ${counts.duplicates} duplicates, ${counts.nearDuplicates} near duplicates; ` +
    `the largest cluster has ${counts.largest}`
  const made = filledIn === 0 ? '' : `; ${filledIn} documents had no fingerprint yet`
  await printLine(output, isJson ? JSON.stringify(found) : `${text}${made}`)
  return EXIT.done
}

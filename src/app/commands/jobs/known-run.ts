/** The check of a `--run`. */
import { getRun } from '../../../crawl/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { Reader } from '../../../store/index.ts'

/** Nothing when no run is named, or one that is there. @throws MillraceError NotFound */
export async function requireRun(reader: Reader, id: string | undefined): Promise<void> {
  if (id === undefined || (await reader.read(getRun({ id }))).length > 0) return
  throw new MillraceError(
    'NotFound',
    `--run: expected the id of a run, got "${id}"; \`millrace runs\` lists them`,
  )
}

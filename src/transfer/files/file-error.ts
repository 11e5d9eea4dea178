/** What the file system says as errors of the one family, by its codes. */
import { MillraceError, toMillraceError, type ErrorCode } from '../../model/index.ts'

const CODES: Readonly<Record<string, { readonly code: ErrorCode; readonly advice: string }>> = {
  ENOSPC: { code: 'DiskFull', advice: 'free some space and run the same command again' },
  EDQUOT: {
    code: 'DiskFull',
    advice: 'your quota is used up; free some space and run the same command again',
  },
  EFBIG: { code: 'DiskFull', advice: 'the file system takes no larger file; choose another' },
  EACCES: { code: 'NoPermission', advice: 'check the permissions of the file and its folder' },
  EPERM: { code: 'NoPermission', advice: 'check the permissions of the file and its folder' },
  EROFS: { code: 'NoPermission', advice: 'the file system is read-only; choose another folder' },
  ENOENT: { code: 'CannotCreate', advice: 'the folder does not exist; make it, or choose another' },
  ENOTDIR: { code: 'CannotCreate', advice: 'a part of the path is no folder; choose another' },
  EISDIR: { code: 'CannotCreate', advice: 'it is a folder; name a file' },
  ELOOP: { code: 'CannotCreate', advice: 'the path is a ring of links; choose another' },
  EINVAL: { code: 'CannotCreate', advice: 'the file system does not take this name; choose another' },
  ENAMETOOLONG: { code: 'CannotCreate', advice: 'the name is too long; choose a shorter one' },
  EMFILE: { code: 'CannotCreate', advice: 'too many files are open; raise the limit (ulimit -n)' },
  ENXIO: { code: 'CannotCreate', advice: 'nothing takes what is written there; choose another file' },
  EIO: { code: 'InputOutput', advice: 'the disk failed; check it' },
}

/** The code of what node:fs or a stream threw, such as 'ENOSPC'; undefined for any other value. */
export function systemCode(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** Any value thrown while `file` was written, as an error of the family; one of the family stays as it is. */
export function fileError(thrown: unknown, file: string): MillraceError {
  const known = CODES[systemCode(thrown) ?? '']
  if (known === undefined) return toMillraceError(thrown)
  return new MillraceError(known.code, `can not write ${file}: ${known.advice}`, {
    cause: thrown,
    facts: { file, system: systemCode(thrown) ?? null },
  })
}

/** SQLite's result codes (sqlite.org/rescode.html) as errors of the one family; message text is never looked at. */
import { MillraceError, toMillraceError, type ErrorCode } from '../../model/index.ts'

const SQLITE_FULL = 13

const CODES: Readonly<Record<number, { readonly code: ErrorCode; readonly advice: string }>> = {
  3: { code: 'NoPermission', advice: 'check the permissions of the file and its folder' },
  5: { code: 'Busy', advice: 'another process holds the write lock; try again' },
  6: { code: 'Busy', advice: 'another connection holds the write lock; try again' },
  7: { code: 'InputOutput', advice: 'SQLite ran out of memory' },
  8: {
    code: 'NoPermission',
    advice: 'the database can not be written; check the permissions of file and folder',
  },
  10: { code: 'InputOutput', advice: 'the disk failed; check it and run `millrace doctor`' },
  11: { code: 'Corrupt', advice: 'the file is damaged; run `millrace doctor` and restore a backup' },
  13: { code: 'DiskFull', advice: 'free some space and run the same command again' },
  14: {
    code: 'CannotCreate',
    advice: 'the database can not be opened; check that its folder exists and is writable',
  },
  18: { code: 'TooBig', advice: 'a value is larger than SQLite stores (1 GB)' },
  19: { code: 'Constraint', advice: 'the row breaks a rule of the table' },
  26: { code: 'ForeignDatabase', advice: 'the file is not an SQLite database; choose another --db' },
}

/** What the operating system says where SQLite was not asked: making the folder of the side files, say. */
const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'NoPermission',
  EDQUOT: 'DiskFull',
  EIO: 'InputOutput',
  ENOSPC: 'DiskFull',
  EPERM: 'NoPermission',
  EROFS: 'NoPermission',
}

/** The result code of what node:sqlite threw, without its extension bits; undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** SQLITE_IOERR_SHMSIZE: the shared index of the log could not be made longer. Nothing of it has to last. */
const NO_ROOM_FOR_SHM = 4874

/** Any thrown value as an error of the family. */
export function sqliteError(error: unknown): MillraceError {
  const known = CODES[isShmSize(error) ? SQLITE_FULL : (resultCode(error) ?? -1)]
  if (known === undefined) return systemError(error)
  const { message, errcode } = error as { message: string; errcode: number }
  return new MillraceError(known.code, `${message}: ${known.advice}`, {
    cause: error,
    applied: 'no',
    facts: { sqlite: errcode },
  })
}

/** Whether a COMMIT that failed so may be found applied after a crash: the log is written before its index is. */
export function isInDoubt(error: MillraceError): boolean {
  const isFullLog = error.code === 'DiskFull' && error.facts['sqlite'] !== NO_ROOM_FOR_SHM
  return ['InputOutput', 'Corrupt', 'DiskFull'].includes(error.code) && !isFullLog
}

function isShmSize(error: unknown): boolean {
  return ((error ?? {}) as { errcode?: unknown }).errcode === NO_ROOM_FOR_SHM
}

function systemError(error: unknown): MillraceError {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException
  const known = SYSTEM_CODES[code ?? '']
  if (known === undefined) return toMillraceError(error)
  return new MillraceError(known, message, { cause: error, applied: 'no' })
}

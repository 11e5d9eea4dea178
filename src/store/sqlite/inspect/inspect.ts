/**
 * An inspection from the outside in: engine, folder, file, log, and then what only SQLite can tell. Everything that
 * reads more than the header runs in a process of its own, because a damaged file can take a process down and a check
 * of a large one takes minutes.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { MillraceError, toMillraceError } from '../../../model/index.ts'
import { checkEngine, checkFolder, inspectFile } from '../file/index.ts'
import { fail, failBy, ok, warn, type Check, type Inspection } from '../../finding.ts'
import type { InspectAnswer, InspectRequest } from './inspection.ts'
import { moduleBeside } from '../../../threads/index.ts'

/** How thorough to be. */
export interface InspectOptions {
  /** Every index against its table and every foreign key, which takes several times as long. Default false. */
  readonly isFull?: boolean
}

/** A log and the copies of a checkpoint need about this much at full speed. */
const FREE_BYTES_LOW = 256 * 1024 * 1024

/** Looks at the database at `path`. @throws MillraceError NotFound when there is none */
export async function inspectSqlite(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const file = resolve(path)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || (found.isFile() && found.size === 0)) {
    throw new MillraceError(
      'NotFound',
      `expected a Millrace database at ${file}; crawl something first, or name another --db`,
    )
  }
  const identity = tried('file', () => {
    inspectFile(file)
    return ok('file', `${file}, ${found.size} bytes, made by Millrace`)
  })
  // What else there is to say of a file that is not ours is not for us to say.
  if (identity.status === 'fail') return { checks: [identity], processes: [], isReadable: false }
  const outside = [engine(), folder(file), mode(found.mode)]
  const inside = await askChild({ path: file, isFull: options.isFull ?? false })
  return { ...inside, checks: [identity, ...outside, ...inside.checks] }
}

function engine(): Check {
  return tried('engine', () => {
    checkEngine()
    return ok('engine', `SQLite ${process.versions.sqlite}, Node ${process.versions.node}`)
  })
}

function folder(file: string): Check {
  return tried('disk', () => {
    checkFolder(file)
    const { bavail, bsize, type } = statfsSync(dirname(file))
    const free = bavail * bsize
    const detail = `a local file system (type 0x${type.toString(16)}), ${free} bytes free`
    const advice = 'free some space: a crawl pauses when there is none left'
    return free < FREE_BYTES_LOW ? warn('disk', detail, advice) : ok('disk', detail)
  })
}

function mode(bits: number): Check {
  const text = (bits & 0o777).toString(8).padStart(4, '0')
  // Windows keeps no such bits: node makes some up.
  if ((bits & 0o077) === 0 || process.platform === 'win32') return ok('mode', text)
  return warn('mode', `${text}: others than its owner can read it`, 'chmod 600 it, unless that is meant')
}

function tried(name: string, check: () => Check): Check {
  try {
    return check()
  } catch (error) {
    return failBy(name, toMillraceError(error))
  }
}

async function askChild(request: InspectRequest): Promise<Inspection> {
  const child = fork(moduleBeside(import.meta.url, 'inspect-child'), [], { serialization: 'advanced' })
  const found: { checks: Check[]; answer: InspectAnswer | undefined } = { checks: [], answer: undefined }
  child.on('message', (message: Check | InspectAnswer) => {
    if ('name' in message) found.checks.push(message)
    else found.answer = message
  })
  try {
    // One that is gone already can not be asked; its end says so.
    child.send(request, () => undefined)
    await ended(child)
  } finally {
    child.kill('SIGKILL')
  }
  const { checks, answer } = found
  return answer === undefined
    ? { checks: [...checks, died(child)], processes: [], isReadable: false }
    : { checks, ...answer }
}

/** 'close' comes after the last message, 'exit' perhaps before it. */
async function ended(child: ChildProcess): Promise<void> {
  await once(child, 'close')
}

function died({ exitCode, signalCode }: ChildProcess): Check {
  const how = signalCode ?? `exit code ${exitCode}`
  const advice = 'keep a copy of the file and restore a backup; if it was ended by hand, run doctor again'
  return fail('integrity', `the process that looked into the file ended by ${how}`, advice)
}

/**
 * What a folder holds, as names and digests. The files are read by a child process, because a descriptor of a database
 * that is closed in this process would drop the locks of its connections.
 */
import { execFileSync } from 'node:child_process'

const LOOK = `
  const { createHash } = require('node:crypto')
  const { readdirSync, readFileSync, statSync } = require('node:fs')
  const folder = process.argv[1]
  const seen = readdirSync(folder, { recursive: true }).sort().map((name) => {
    const stat = statSync(folder + '/' + name)
    if (!stat.isFile()) return name + '/'
    return [name, (stat.mode & 0o777).toString(8), createHash('sha256').update(readFileSync(folder + '/' + name)).digest('hex')].join(' ')
  })
  console.log(JSON.stringify(seen))`

/** One line per file of `folder`: name, mode, SHA-256. */
export function fingerprint(folder: string): readonly string[] {
  return JSON.parse(
    execFileSync(process.execPath, ['-e', LOOK, folder], { encoding: 'utf8' }),
  ) as readonly string[]
}

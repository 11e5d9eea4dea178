/** What a figure was measured on: without it no two runs can be compared. */
import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { arch, cpus, release, totalmem, type } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** statfs magic numbers (linux/magic.h) of the file systems a benchmark is likely to meet. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlayfs',
  0x2fc12fc1: 'zfs',
}

/** Processor, cores, memory and kernel. */
export function describeMachine(): Record<string, string | number> {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
  }
}

/** The kind of file system a folder is on. fsync on tmpfs costs nothing, so figures from there mean little. */
export async function fileSystemOf(folder: string): Promise<string> {
  const { type } = await statfs(folder)
  return FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`
}

/** Node and the SQLite inside it. */
export function runtimeVersions(): Record<string, string> {
  return { node: process.versions.node, 'node:sqlite': process.versions['sqlite'] ?? 'none' }
}

/** The installed version of a package in bench/node_modules. */
export async function packageVersion(name: string): Promise<string> {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
  } catch (error) {
    throw new Error(`${name} is not installed: run npm ci in bench/ (see bench/README.md)`, { cause: error })
  }
}

/** What a program of the machine says its version is, on one line. */
export async function programVersion(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args)
    return (stdout + stderr).trim().split('\n', 1)[0] ?? ''
  } catch (error) {
    throw new Error(`${program} can not be run: see bench/README.md for what to install`, { cause: error })
  }
}

/** The words of libpq for encryption, as options of Node's TLS. */
import { readFileSync } from 'node:fs'
import { getCACertificates, type ConnectionOptions } from 'node:tls'
import { MillraceError } from '../../../../model/index.ts'
import type { Address } from './postgres-url.ts'

/**
 * false: no TLS. `require` encrypts and believes anybody, unless a root certificate is named, as libpq has it.
 * @throws MillraceError BadConfig when a file can not be read
 */
export function tlsOf(address: Address): ConnectionOptions | false {
  const { sslmode, sslrootcert, sslcert, sslkey } = address
  if (sslmode === 'disable') return false
  const isVerified = sslmode !== 'require' || sslrootcert !== undefined
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: isVerified,
    ...(sslrootcert === undefined ? {} : { ca: rootsOf(sslrootcert) }),
    ...(sslcert === undefined ? {} : { cert: read('sslcert', sslcert) }),
    ...(sslkey === undefined ? {} : { key: read('sslkey', sslkey) }),
    ...(sslmode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  }
}

function rootsOf(file: string): string | string[] {
  return file === 'system' ? getCACertificates('system') : read('sslrootcert', file)
}

function read(word: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new MillraceError('BadConfig', `${word} of the Postgres URL can not be read: ${file}`, { cause })
  }
}

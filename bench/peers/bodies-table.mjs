/** The table that the peers of the commit benchmark write on Postgres: column by column the one that Millrace writes. */
import { randomBytes } from 'node:crypto'

export const TABLE = `
  CREATE TABLE raw_bodies (
    sha256 text COLLATE "C" PRIMARY KEY, bytes bigint NOT NULL, compression text COLLATE "C" NOT NULL,
    body bytea NOT NULL, position bigint NOT NULL
  );
  ALTER TABLE raw_bodies ALTER COLUMN body SET STORAGE EXTERNAL`

export const POOL_SIZE = 10

/**
 * Values of one row after the other. Ids grow, as UUIDv7 do: random ones would charge a peer for a B-tree's worst case.
 * @param {number} bytes
 */
export function rowsOf(bytes) {
  const body = randomBytes(bytes)
  let position = 0
  return () => {
    position++
    return {
      sha256: `body-${String(position).padStart(31, '0')}`,
      bytes,
      compression: 'none',
      body,
      position,
    }
  }
}

/** Whether this machine has WordPress, PHP and MariaDB, after an attempt to install them where that can be done. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PACKAGES = ['wordpress', 'php-cli', 'php-mysql', 'mariadb-server-core', 'mariadb-client-core']

/** Where Debian puts WordPress. */
export const WORDPRESS_FOLDER = '/usr/share/wordpress'

/** null when all is there; else what is missing and how to get it. */
export function whyNoWordPress(): string | null {
  if (isThere()) return null
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    // RUNLEVEL=1 keeps the packages from starting services of their own.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    spawnSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' })
    spawnSync(
      'apt-get',
      ['install', '-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends', ...PACKAGES],
      {
        env,
        stdio: 'ignore',
      },
    )
  }
  return isThere() ? null : `NOT TESTED: no real WordPress here; apt install ${PACKAGES.join(' ')}`
}

function isThere(): boolean {
  if (!existsSync(`${WORDPRESS_FOLDER}/wp-load.php`) || !existsSync('/usr/sbin/mariadbd')) return false
  try {
    return execFileSync('php', ['-m'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(
      'mysqli',
    )
  } catch {
    return false
  }
}

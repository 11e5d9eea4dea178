/** Finds and reads the configuration file: a TypeScript module that Node runs as it is. */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMillraceError, MillraceError } from '../../model/index.ts'
import type { Config } from './config.ts'

/** Looked for in the working directory. */
export const CONFIG_FILE = 'millrace.config.ts'

/**
 * The configuration of the named file; without a name that of `millrace.config.ts` in the working directory, and an
 * empty one where there is none. @throws MillraceError BadConfig naming the file and what is wrong with it
 */
export async function loadConfig(named: string | undefined): Promise<Config> {
  const file = resolve(named ?? CONFIG_FILE)
  if (!existsSync(file)) {
    if (named === undefined) return {}
    throw new MillraceError('BadConfig', `--config: expected a file, got "${named}", which does not exist`)
  }
  try {
    // Loaded late: only who has a file needs what checks it.
    const { checkConfig } = await import('./check-config.ts')
    return checkConfig(await importDefault(file))
  } catch (cause) {
    const why = isMillraceError(cause) || cause instanceof Error ? cause.message : String(cause)
    throw new MillraceError('BadConfig', `${file}: ${why}`, { cause })
  }
}

async function importDefault(file: string): Promise<unknown> {
  const url = pathToFileURL(file).href
  const hooks = registerHooks({ resolve: hook(url) })
  try {
    const module = (await import(url)) as { readonly default?: unknown }
    if ('default' in module) return module.default
    throw new MillraceError(
      'BadConfig',
      'expected `export default defineConfig({ ... })`, got no default export',
    )
  } finally {
    hooks.deregister()
  }
}

type ResolveHook = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>

/**
 * `import { defineConfig } from 'millrace'` finds this Millrace wherever the file lies, a checkout included. And the
 * file is a module whatever the package.json beside it says: a project of CommonJS can have one too.
 */
function hook(url: string): ResolveHook {
  const extension = import.meta.filename.slice(import.meta.filename.lastIndexOf('.'))
  const own = new URL(`../../index${extension}`, import.meta.url).href
  return (specifier, context, next) => {
    if (specifier === 'millrace') return { url: own, shortCircuit: true }
    if (specifier === url && url.endsWith('ts'))
      return { url, format: 'module-typescript', shortCircuit: true }
    return next(specifier, context)
  }
}

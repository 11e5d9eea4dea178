/** Deliberate bugs in the configuration file. */
import type { Mutant } from './mutant.ts'

/** The list. */
export const configMutants: readonly Mutant[] = [
  {
    name: 'secret-shown-in-refusal',
    breaks: 'no message about the configuration shows a secret',
    file: 'src/app/config/rules.ts',
    find: "return value.length === 0 ? '[]' : 'a list'",
    replace: 'return inspect(value)',
    tests: ['src/app/config/check-sources.test.ts'],
    only: 'no refusal shows',
  },
  {
    name: 'crawl-wins-over-source',
    breaks: 'what a source says takes the place of what every crawl does',
    file: 'src/app/commands/crawl/named-crawl.ts',
    find: '{ ...config.crawl, ...defined(source) }',
    replace: '{ ...defined(source), ...config.crawl }',
    tests: ['src/app/commands/crawl/crawl-plan.test.ts'],
  },
  {
    name: 'proxy-password-printed',
    breaks: '`config check` shows no secret',
    file: 'src/app/commands/upkeep/effective-config.ts',
    find: 'undefined : maskedUrl(proxy)',
    replace: 'undefined : proxy',
    tests: ['test/cli/named-crawl.test.ts'],
    only: 'config check says what holds',
  },
]

/** `crawl --dry-run`: what would be read and what robots.txt says, with nothing stored and no page fetched. */
import { previewCrawl, type Pace, type PreviewOptions, type SeedPreview } from '../../../crawl/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { plainLine } from '../../print/plain-text.ts'
import { printLine } from '../../print/output.ts'

/** Prints the preview; returns the exit code. */
export async function dryRun(
  options: PreviewOptions & { readonly pace: Pace },
  context: CommandContext,
): Promise<number> {
  const { scope } = options.source
  const seeds = await previewCrawl(options)
  const { isJson, output } = context
  if (isJson) {
    await printLine(output, JSON.stringify({ scope, pace: options.pace, seeds }))
    return EXIT.done
  }
  await printLine(output, `hosts    ${scope.hosts.join(', ')}`)
  await printLine(output, `include  ${scope.include.join(', ') || 'everything on these hosts'}`)
  await printLine(output, `exclude  ${scope.exclude.join(', ') || 'nothing'}`)
  await printLine(
    output,
    `pace     ${options.pace.concurrency} connections, ${options.pace.gapMs} ms between requests, a host`,
  )
  for (const seed of seeds) await printLine(output, renderSeed(seed))
  return EXIT.done
}

function renderSeed(seed: SeedPreview): string {
  const lines = [
    '',
    plainLine(seed.url),
    `  scope   ${seed.inScope ? 'in' : 'read as the way in, but out of scope'}: ${plainLine(seed.scopeReason)}`,
    `  robots  ${plainLine(seed.robots)}`,
  ]
  if (seed.crawlDelayMs !== null) lines.push(`  asks for ${seed.crawlDelayMs} ms between requests`)
  for (const sitemap of seed.sitemaps) lines.push(`  sitemap ${plainLine(sitemap)}`)
  return lines.join('\n')
}

/** Which URLs are a source's own, so that what is secret may be shown to them. */

/**
 * True for the hosts of the seeds, and not for others that a pattern brings into scope. What is shown to an https seed is
 * never sent to the same host in the clear, whoever links to it so.
 */
export function ownOf({ seeds }: { readonly seeds: readonly string[] }): (url: URL) => boolean {
  const own = new Set(
    seeds.map((seed) => new URL(seed)).flatMap(({ origin, host }) => [origin, `https://${host}`]),
  )
  return ({ origin }) => own.has(origin)
}

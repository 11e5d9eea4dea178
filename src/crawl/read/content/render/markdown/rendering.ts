/** What a rendering goes by throughout. */
import type { PageElement } from '../../tree/index.ts'

/** The choices made before, and how an address becomes absolute. */
export interface Rendering {
  readonly dropped: ReadonlySet<PageElement>
  /** An address as it stands in the markup, made absolute; null where it leads nowhere a reader could go. */
  readonly resolve: (href: string) => string | null
}

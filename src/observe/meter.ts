/** Figures of a process at work. Whoever does something notes it; whoever wants to know reads all of it at once. */
import { type Spread, SpreadCollector } from './spread.ts'

/** All figures at one moment, by name (docs/figures.md lists them). */
export interface Figures {
  /** How often something happened since the start. */
  readonly counts: Readonly<Record<string, number>>
  /** How much there is of something now. */
  readonly levels: Readonly<Record<string, number>>
  /** How something was spread over the last full window. */
  readonly spreads: Readonly<Record<string, Spread>>
}

/** Notes figures and reads them. */
export class Meter {
  readonly #counts = new Map<string, number>()
  readonly #levels = new Map<string, () => number>()
  readonly #collectors = new Map<string, SpreadCollector>()
  readonly #sources = new Map<string, () => Spread>()
  #spreads: Readonly<Record<string, Spread>> = {}

  /** Something happened, `by` times. */
  count(name: string, by: number = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  /** A level that is asked for when figures are read; a second one of the same name takes its place. */
  level(name: string, read: () => number): void {
    this.#levels.set(name, read)
  }

  /** One value of a spread. */
  note(name: string, value: number): void {
    let collector = this.#collectors.get(name)
    if (collector === undefined) this.#collectors.set(name, (collector = new SpreadCollector()))
    collector.note(value)
  }

  /** A spread that is kept elsewhere, taken at the end of each window. */
  spread(name: string, take: () => Spread): void {
    this.#sources.set(name, take)
  }

  /** Ends the window of spreads and starts the next one. */
  turn(): void {
    const noted = [...this.#collectors].map(([name, collector]) => [name, collector.take()] as const)
    const taken = [...this.#sources].map(([name, take]) => [name, take()] as const)
    this.#spreads = Object.fromEntries([...noted, ...taken])
  }

  /** The figures of this moment. */
  read(): Figures {
    const levels = [...this.#levels].map(([name, read]) => [name, read()] as const)
    return {
      counts: Object.fromEntries(this.#counts),
      levels: Object.fromEntries(levels),
      spreads: this.#spreads,
    }
  }
}

/** The bus of one process. */

/** Where hints are given and awaited. */
export interface Bus {
  /** Tells everyone who listens to `topic` that it is worth a look. */
  hint(topic: string): void
  /** Calls `listener` for each hint of `topic` until the returned function is called. */
  listen(topic: string, listener: () => void): () => void
}

/** A bus without memory: a hint that nobody listens to is gone. */
export function createBus(): Bus {
  const listeners = new Map<string, Set<() => void>>()
  return {
    hint(topic) {
      for (const listener of listeners.get(topic) ?? []) listener()
    },
    listen(topic, listener) {
      const others = listeners.get(topic) ?? new Set()
      listeners.set(topic, others.add(listener))
      return () => others.delete(listener)
    },
  }
}

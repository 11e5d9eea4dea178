/** Ctrl-C and SIGTERM as a signal that what runs may look at. */

/** Listens until it is disposed of. */
export function stopOnSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals) => controller.abort(signal)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  }
}

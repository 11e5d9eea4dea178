/** The part of html-encoding-sniffer 7 that is used here: the package ships no types of its own. */
declare module 'html-encoding-sniffer' {
  interface SnifferOptions {
    /** Returned when the bytes hold no evidence; a falsy text stands for "nothing found". */
    readonly defaultEncoding?: string
  }
  export default function sniffEncoding(bytes: Uint8Array, options?: SnifferOptions): string
}

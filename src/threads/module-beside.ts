/** Where the code of another thread or process is: TypeScript in a checkout, JavaScript where it was compiled. */

/** The module `name` (without extension) beside the one whose `import.meta.url` is given. */
export function moduleBeside(caller: string, name: string): URL {
  const extension = caller.slice(caller.lastIndexOf('.'))
  return new URL(`./${name}${extension}`, caller)
}

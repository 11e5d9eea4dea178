/** Addresses of the API, under its pretty root (`/wp-json/`) and its plain one (`/?rest_route=/`). */

/** The address of something under an API's root: `wp/v2/posts`. */
export function under(root: string, path: string): string {
  const url = new URL(root)
  const route = url.searchParams.get('rest_route')
  if (route === null) url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  else url.searchParams.set('rest_route', `${route.replace(/\/+$/, '')}/${path}`)
  return url.href
}

/** The same address with parameters; undefined ones are left out. */
export function asked(url: string, params: Readonly<Record<string, string | number | undefined>>): string {
  const made = new URL(url)
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) made.searchParams.set(name, String(value))
  }
  return made.href
}

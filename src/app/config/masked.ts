/** What is shown in place of a secret. */

/** Stands for a secret. */
export const MASK = '***'

/** The URL without its user name and password; what is no URL stays as it is. */
export function maskedUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${MASK}@`)
}

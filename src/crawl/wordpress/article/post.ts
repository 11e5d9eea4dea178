/** A post as the API gives it, read with nothing taken on trust: every field may be missing or of another type. */
import { canonicalJson, sha256, URL_CHARS_MAX, urlKey, type Json } from '../../../model/index.ts'
import { isSiteTime, siteClock, type ToUtc } from '../api/index.ts'
import type { Collection } from '../step.ts'

/** A post. Ids are 0 where there is none; times are milliseconds since 1970 UTC but for `date` and `modified`. */
export interface Post {
  readonly id: number
  /** Its address as a url key; null when it has none that can be used. */
  readonly link: string | null
  /** In the site's own time, as the API orders by them. */
  readonly date: string
  readonly modified: string
  readonly publishedAt: number | null
  readonly modifiedAt: number | null
  readonly titleHtml: string
  readonly html: string
  readonly excerptHtml: string
  readonly isProtected: boolean
  readonly author: number
  readonly media: number
  /** The address of its image where the post itself says it. */
  readonly image: string | null
  /** Its authors where the post itself says them. */
  readonly names: readonly string[]
  /** Ids of terms by the collection they are in. */
  readonly terms: ReadonlyMap<string, readonly number[]>
  readonly slug: string
  /** Canonical JSON as the API gave it, and its digest. */
  readonly json: string
  readonly sha256: string
}

type Fields = Readonly<Record<string, Json | undefined>>

/** What a post without a date is filed under. */
const NO_DATE = '1970-01-01T00:00:00'

/** The fields that are asked for. */
export function fieldsOf({ terms, hidesUsers }: Collection): string {
  const own =
    'id,type,slug,link,date,date_gmt,modified,modified_gmt,title,content,excerpt,author,featured_media,sticky'
  const others = 'jetpack_featured_media_url,yoast_head_json.author,yoast_head_json.og_image,authors'
  const embedded = hidesUsers ? ',_links,_embedded' : ''
  return [own, ...terms.map(({ field }) => field), others].join(',') + embedded
}

/** The posts of a list; what is none is left out. */
export function postsIn(json: Json, collection: Collection): readonly Post[] {
  if (!Array.isArray(json)) return []
  const toUtc = siteClock(collection)
  return (json as readonly Json[]).flatMap((entry) => postOf(entry, collection, toUtc) ?? [])
}

/** Undefined for what has no id. */
export function postOf(
  json: Json,
  { terms, ...zone }: Collection,
  toUtc: ToUtc = siteClock(zone),
): Post | undefined {
  const fields = fieldsIn(json)
  const id = idOf(fields['id'])
  if (id === 0) return undefined
  const content = fieldsIn(fields['content'])
  const text = canonicalJson(json)
  const html = textOf(content['rendered'])
  return {
    id,
    link: linkOf(fields['link']),
    date: isSiteTime(fields['date']) ? fields['date'] : NO_DATE,
    modified: isSiteTime(fields['modified']) ? fields['modified'] : NO_DATE,
    publishedAt: toUtc(fields['date_gmt'], fields['date']),
    modifiedAt: toUtc(fields['modified_gmt'], fields['modified']),
    titleHtml: textOf(fieldsIn(fields['title'])['rendered']),
    html,
    excerptHtml: textOf(fieldsIn(fields['excerpt'])['rendered']),
    isProtected: content['protected'] === true,
    author: idOf(fields['author']),
    media: idOf(fields['featured_media']),
    image: imageOf(fields),
    names: namesOf(fields, html),
    terms: new Map(terms.map(({ field, url }) => [url, idsOf(fields[field])])),
    slug: textOf(fields['slug']),
    json: text,
    sha256: sha256(text),
  }
}

function imageOf(fields: Fields): string | null {
  const [og] = listOf(fieldsIn(fields['yoast_head_json'])['og_image'])
  return linkOf(fieldsIn(og)['url']) ?? linkOf(fields['jetpack_featured_media_url'])
}

/** As it was brought along, as the page's head says it, as a plug-in lists it, or as the text is signed. */
function namesOf(fields: Fields, html: string): readonly string[] {
  const embedded = listOf(fieldsIn(fields['_embedded'])['author']).map((entry) =>
    textOf(fieldsIn(entry)['name']),
  )
  const listed = listOf(fields['authors']).map((entry) => textOf(fieldsIn(entry)['display_name']))
  const head = [textOf(fieldsIn(fields['yoast_head_json'])['author'])]
  const found = [embedded, listed, head, bylineOf(html)].map((names) => names.filter((name) => name !== ''))
  return found.find((names) => names.length > 0) ?? []
}

const BYLINE =
  /<(?:p|div|span|a)\b[^>]{0,200}\bclass=["'][^"'>]{0,100}\bbyline\b[^>]{0,200}>\s*(?:by\s+)?([^<]{2,80})</i

function bylineOf(html: string): readonly string[] {
  return [BYLINE.exec(html)?.[1]?.trim() ?? '']
}

function fieldsIn(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function idOf(value: Json | undefined): number {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0
}

function idsOf(value: Json | undefined): readonly number[] {
  return [...new Set(listOf(value).map(idOf))].filter((id) => id > 0)
}

function linkOf(value: Json | undefined): string | null {
  const url = URL.parse(textOf(value))
  return url !== null && /^https?:$/.test(url.protocol) && url.href.length <= URL_CHARS_MAX
    ? urlKey(url)
    : null
}

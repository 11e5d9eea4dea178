/**
 * JSON-LD as publishers really embed it: in comments, nested in @graph, with authors by reference. Only what a document
 * needs is read from it; the values themselves are kept as they are.
 */
import type { Json } from '../../../model/index.ts'

/** Longest script that is parsed, in characters; a longer one counts as broken. */
export const JSON_LD_CHARS_MAX = 1024 * 1024

/** Deepest nesting kept: whatever walks the value later (canonical JSON, a database) may do so by recursion. */
export const JSON_LD_DEPTH_MAX = 64

/** One JSON-LD object. */
export type JsonLdNode = Readonly<Record<string, Json>>

/** The value of one script, or undefined where it is not JSON, is too long or too deep, or holds an infinite number. */
export function parseJsonLd(script: string): Json | undefined {
  if (script.length > JSON_LD_CHARS_MAX) return undefined
  try {
    const value = JSON.parse(unwrap(script)) as Json
    return isSound(value) ? value : undefined
  } catch {
    // Broken JSON is the page's fault and common: the caller counts it instead of losing the page.
    return undefined
  }
}

/** The page's own objects, articles first: top level, @graph and mainEntity, never what is else nested (comments, teasers). */
export function jsonLdNodes(values: readonly Json[]): JsonLdNode[] {
  const tops = values.flatMap(members).flatMap((node) => [node, ...members(node['@graph'] ?? [])])
  const nodes = tops.flatMap((node) => [node, ...members(node['mainEntity'] ?? [])])
  return [...nodes.filter(isArticle), ...nodes.filter((node) => !isArticle(node))]
}

/** The first text under a name, such as `datePublished`. */
export function jsonLdTexts(nodes: readonly JsonLdNode[], name: string): string[] {
  return nodes.map((node) => node[name]).filter((value) => typeof value === 'string')
}

/** Author names of the first object that names any; references by @id are followed within the page. */
export function jsonLdAuthors(nodes: readonly JsonLdNode[]): string[] {
  const byId = new Map(nodes.filter((node) => node['name'] !== undefined).map((node) => [node['@id'], node]))
  for (const node of nodes) {
    const names = listOf(node['author']).flatMap((author) => namesOf(author, byId))
    if (names.length > 0) return names
  }
  return []
}

function namesOf(author: Json, byId: ReadonlyMap<Json | undefined, JsonLdNode>): string[] {
  if (typeof author === 'string') return [author]
  if (!isNode(author)) return []
  const named = author['name'] === undefined ? byId.get(author['@id']) : author
  return listOf(named?.['name']).filter((name) => typeof name === 'string')
}

function isArticle(node: JsonLdNode): boolean {
  return listOf(node['@type']).some(
    (type) => typeof type === 'string' && /Article|Posting|Report$/.test(type),
  )
}

function members(value: Json): JsonLdNode[] {
  return listOf(value).filter(isNode)
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}

function isNode(value: Json): value is JsonLdNode {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Takes off the comment and CDATA marks that were once needed to hide a script from old parsers. */
function unwrap(script: string): string {
  const text = script.trim()
  const opening = /^(?:\/\/|\/\*)?\s*(?:<!--|<!\[CDATA\[)\s*(?:\*\/)?/.exec(text)?.[0] ?? ''
  const closing = /(?:\/\/|\/\*)?\s{0,8}(?:-->|\]\]>)\s{0,8}(?:\*\/)?$/.exec(text.slice(-32))?.[0] ?? ''
  return text.slice(opening.length, text.length - closing.length)
}

function isSound(root: Json): boolean {
  const open: { value: Json; depth: number }[] = [{ value: root, depth: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next
    if (typeof value === 'number' && !Number.isFinite(value)) return false
    if (value === null || typeof value !== 'object') continue
    if (depth > JSON_LD_DEPTH_MAX) return false
    for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 })
  }
  return true
}

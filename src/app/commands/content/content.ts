/** `content`: HTML files to the documents that a crawl would make of them; for trying, scripting and scoring. */
import { open } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Content, decodeHtml, extractContent } from '../../../crawl/index.ts'
import { MillraceError, parseHttpUrl } from '../../../model/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { printLine } from '../../print/output.ts'
import { plainLine, plainText } from '../../print/plain-text.ts'
import { isoTime } from '../../print/when.ts'

/** Most bytes a file may have, and may unpack to: a page is far from it, and a small gzip may unpack to anything. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024

/** What the command is asked beside the files. */
export interface ContentFlags {
  /** Where the pages were found; their links are made absolute by it. */
  readonly url?: string
}

/**
 * Prints the document of each file in the order given; '-' is standard input. It stops at the first file that can not
 * be read; what came before is printed. Returns the exit code.
 *
 * @throws MillraceError NotFound, BadUrl for --url; BadEncoding for a damaged gzip, BodyTooLarge
 */
export async function contentCommand(
  files: readonly string[],
  flags: ContentFlags,
  context: CommandContext,
): Promise<number> {
  const url = flags.url === undefined ? '' : parseHttpUrl(flags.url).href
  for (const file of files) {
    const { html } = decodeHtml(await unpack(await read(file), file), undefined)
    await print(file, extractContent(html, url), files.length > 1, context)
  }
  return EXIT.done
}

async function read(file: string): Promise<Uint8Array> {
  if (file === '-') return buffer(process.stdin)
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    if (size > FILE_BYTES_MAX) throw tooLarge(file)
    return await handle.readFile()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError('NotFound', `expected a readable HTML file, got "${file}"`, { cause })
  }
}

/** The bytes of a page, unpacked when they begin as gzip does; the name is not believed. */
async function unpack(body: Uint8Array, file: string): Promise<Uint8Array> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body
  try {
    return await promisify(gunzip)(body, { maxOutputLength: FILE_BYTES_MAX })
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(file, cause)
    throw new MillraceError('BadEncoding', `expected a whole gzip file, but ${file} is torn or damaged`, {
      cause,
    })
  }
}

function tooLarge(file: string, cause?: unknown): MillraceError {
  const message = `expected a page of at most ${FILE_BYTES_MAX} bytes, but ${file} has more; it is no single page`
  return new MillraceError('BodyTooLarge', message, { cause })
}

async function print(
  file: string,
  content: Content,
  isOneOfMany: boolean,
  context: CommandContext,
): Promise<void> {
  if (context.isJson) {
    const { publishedAt, modifiedAt, ...rest } = content
    const times = { publishedAt: isoTime(publishedAt), modifiedAt: isoTime(modifiedAt) }
    await printLine(context.output, JSON.stringify({ file, ...rest, ...times }))
    return
  }
  const heading = [...(isOneOfMany ? [`file: ${file}`] : []), ...headingOf(content)].map((line) =>
    plainLine(line),
  )
  await printLine(context.output, `${heading.join('\n')}\n\n${plainText(content.markdown)}\n`)
}

/** What a person wants to know before reading. */
function headingOf({ title, authors, publishedAt, language, wordCount }: Content): string[] {
  const facts = [
    authors.join(', '),
    isoTime(publishedAt)?.slice(0, 16).replace('T', ' '),
    language,
    wordCount === 1 ? '1 word' : `${wordCount} words`,
  ]
  const given = facts.filter((fact) => fact !== undefined && fact !== null && fact !== '')
  return [title === '' ? '(no title)' : title, given.join(' · ')]
}

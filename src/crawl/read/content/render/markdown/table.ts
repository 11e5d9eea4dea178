/** Tables of data as rows of cells. Tables that lay out a page, or whose cells hold blocks, are left to be flattened. */
import type { PageElement } from '../../tree/index.ts'

/** Wider tables are flattened: nobody reads them as rows of text. */
export const COLUMNS_MAX = 100

type Dropped = ReadonlySet<PageElement>

const CELL_BLOCKS: ReadonlySet<string> = new Set(['p', 'div', 'center', 'br', 'address'])

/** Whether the table can be written as rows: two columns or more, and cells of which none holds more than one block. */
export function isDataTable(table: PageElement, dropped: Dropped): boolean {
  if (table.attribute('role') === 'presentation') return false
  const rows = rowsOf(table, dropped)
  const columns = widest(rows)
  return (
    rows.length > 1 &&
    columns > 1 &&
    columns <= COLUMNS_MAX &&
    rows.every((row) => row.every((cell) => isFlat(cell)))
  )
}

/** The lines of the table: caption, header, rule, rows. `render` gives a cell's inline markdown. */
export function tableLines(
  table: PageElement,
  render: (cell: PageElement) => string,
  dropped: Dropped,
): string[] {
  const rows = rowsOf(table, dropped)
  const columns = widest(rows)
  const [first, ...rest] = rows.map((row) => row.flatMap((cell) => cellTexts(cell, render)))
  const hasHeader = rows[0]?.every((cell) => cell.name === 'th') ?? false
  const header = hasHeader ? [...(first ?? [])] : []
  while (header.length < columns) header.push('')
  const body = hasHeader ? rest : [first ?? [], ...rest]
  return [line(header), line(header.map(() => '---')), ...body.map(line)]
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** A cell that spans columns is followed by empty ones. */
function cellTexts(cell: PageElement, render: (cell: PageElement) => string): string[] {
  const text = render(cell)
    .replace(/\s*\n+\s*/g, ' ')
    .replaceAll('|', String.raw`\|`)
  return [text, ...Array.from({ length: spanOf(cell) - 1 }, () => '')]
}

function spanOf(cell: PageElement): number {
  const span = Number(cell.attribute('colspan') || 1)
  return Number.isInteger(span) && span >= 1 && span <= COLUMNS_MAX ? span : 1
}

function widest(rows: readonly (readonly PageElement[])[]): number {
  return rows.reduce(
    (most, row) =>
      Math.max(
        most,
        row.reduce((sum, cell) => sum + spanOf(cell), 0),
      ),
    0,
  )
}

function rowsOf(table: PageElement, dropped: Dropped): PageElement[][] {
  const rows = elementsOf(table, dropped).flatMap((child) => {
    if (child.name === 'tr') return [child]
    return /^t(?:head|body|foot)$/.test(child.name)
      ? elementsOf(child, dropped).filter((row) => row.name === 'tr')
      : []
  })
  const cells = rows.map((row) =>
    elementsOf(row, dropped).filter((cell) => cell.name === 'td' || cell.name === 'th'),
  )
  return cells.filter((row) => row.length > 0)
}

function elementsOf(element: PageElement, dropped: Dropped): PageElement[] {
  return element.children.filter(
    (child): child is PageElement => typeof child !== 'string' && !dropped.has(child),
  )
}

/** At most one block deep and one block long, so that nothing is lost when it becomes one line. */
function isFlat(cell: PageElement): boolean {
  if (!cell.holdsBlocks) return true
  const blocks = cell.children.filter(
    (child) => typeof child !== 'string' && (child.isBlock || child.holdsBlocks),
  )
  return (
    blocks.length <= 1 &&
    blocks.every((block) => typeof block !== 'string' && CELL_BLOCKS.has(block.name) && isFlat(block))
  )
}

/**
 * Reads the small Markdown that Corbel's CI writes into checks (headings, paragraphs, lists, tables, fenced code,
 * `<details>`, and `code`, **bold** and links inside of them) into plain data. Everything else stays text: whatever a
 * manifest or another CI puts there can be ugly, never active. Pure.
 */

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'bold'; parts: Inline[] }
  | { type: 'link'; parts: Inline[]; href: string }

export type Block =
  | { type: 'heading'; level: number; parts: Inline[] }
  | { type: 'paragraph'; parts: Inline[] }
  | { type: 'list'; items: Inline[][] }
  | { type: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { type: 'code'; language: string; text: string }
  | { type: 'details'; open: boolean; summary: Inline[]; blocks: Block[] }

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' }

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole
  })

const safeHref = (href: string): boolean => /^https?:\/\//i.test(href)

const escapable = '\\`*_{}[]()#+-.!|~<>&$'

/** Text with its inline marks. */
export function readInline(source: string): Inline[] {
  // Tags the renderers write for looks only.
  const text = source.replace(/<\/?(?:sub|sup|br|samp)\s*\/?>/gi, '').replace(/<(\/?)(?:b|strong)>/gi, '**')
  const parts: Inline[] = []
  let plain = ''
  const flush = () => {
    if (plain) parts.push({ type: 'text', text: decode(plain) })
    plain = ''
  }
  for (let at = 0; at < text.length; ) {
    const here = text[at] ?? ''
    if (here === '\\' && escapable.includes(text[at + 1] ?? ' ')) {
      // protected from decoding too: an escaped & is only an &
      plain += text[at + 1] === '&' ? '&amp;' : text[at + 1]
      at += 2
      continue
    }
    if (here === '`') {
      const fence = /^`+/.exec(text.slice(at))?.[0] ?? '`'
      const end = closingFence(text, at + fence.length, fence.length)
      if (end >= 0) {
        flush()
        const inside = text.slice(at + fence.length, end)
        const padded = inside.length > 2 && inside.startsWith(' ') && inside.endsWith(' ') && inside.trim() !== ''
        parts.push({ type: 'code', text: padded ? inside.slice(1, -1) : inside })
        at = end + fence.length
        continue
      }
      plain += fence
      at += fence.length
      continue
    }
    if (text.startsWith('**', at)) {
      const end = text.indexOf('**', at + 2)
      if (end > at + 2) {
        flush()
        parts.push({ type: 'bold', parts: readInline(text.slice(at + 2, end)) })
        at = end + 2
        continue
      }
    }
    if (here === '[') {
      const link = /^\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})\)/.exec(text.slice(at, at + 2600))
      const href = decode(link?.[2] ?? '')
      if (link && safeHref(href)) {
        flush()
        parts.push({ type: 'link', parts: readInline(link[1] ?? ''), href })
        at += link[0].length
        continue
      }
    }
    plain += here
    at += 1
  }
  flush()
  return parts
}

function closingFence(text: string, from: number, length: number): number {
  for (let at = text.indexOf('`', from); at >= 0; ) {
    let run = 0
    while (text[at + run] === '`') run += 1
    if (run === length) return at
    at = text.indexOf('`', at + run)
  }
  return -1
}

/** The cells of a table's line; `\|` does not part, and inside code it stands for `|`. */
export function readCells(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  const inner = line.trim().replace(/^\|/, '')
  for (let at = 0; at < inner.length; at += 1) {
    if (inner[at] === '\\' && inner[at + 1] === '|') {
      cell += '|'
      at += 1
    } else if (inner[at] === '\\') {
      cell += `\\${inner[at + 1] ?? ''}`
      at += 1
    } else if (inner[at] === '|') {
      cells.push(cell.trim())
      cell = ''
    } else cell += inner[at]
  }
  if (cell.trim() !== '') cells.push(cell.trim())
  return cells
}

const isTableRule = (line: string | undefined): boolean => line?.includes('-') === true && line.includes('|') && /^[\s:|-]+$/.test(line)
const detailsHead = /^<details(\s+open)?>\s*<summary>(.*?)<\/summary>\s*(.*)$/i

/** A text's blocks. Comments and unknown tags are left out or shown as text; nothing throws. */
export function readBlocks(source: string): Block[] {
  const lines = source.replace(/\r\n?/g, '\n').split('\n')
  return new BlockReader(lines).read(0)
}

const mostNested = 8

class BlockReader {
  #at = 0
  readonly #lines: string[]
  constructor(lines: string[]) {
    this.#lines = lines
  }

  /** Blocks up to `</details>` or the end. */
  read(depth: number): Block[] {
    const blocks: Block[] = []
    let paragraph: string[] = []
    const flush = () => {
      if (paragraph.length > 0) blocks.push({ type: 'paragraph', parts: readInline(paragraph.join(' ')) })
      paragraph = []
    }
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? ''
      const trimmed = line.trim()
      if (depth > 0 && /^<\/details>$/i.test(trimmed)) {
        this.#at += 1
        break
      }
      const fence = /^(`{3,})\s*([\w-]*)/.exec(trimmed)
      const heading = /^(#{1,6})\s+(.+)$/.exec(trimmed)
      const details = detailsHead.exec(trimmed)
      if (trimmed === '' || /^<!--.*-->$/.test(trimmed)) {
        flush()
        this.#at += 1
      } else if (fence) {
        flush()
        blocks.push(this.#code(fence[1] ?? '```', fence[2] ?? ''))
      } else if (heading) {
        flush()
        blocks.push({ type: 'heading', level: (heading[1] ?? '').length, parts: readInline(heading[2] ?? '') })
        this.#at += 1
      } else if (details && depth < mostNested) {
        flush()
        this.#at += 1
        const blocksInside = this.read(depth + 1)
        if (details[3]) blocksInside.unshift({ type: 'paragraph', parts: readInline(details[3]) })
        blocks.push({ type: 'details', open: details[1] !== undefined, summary: readInline(details[2] ?? ''), blocks: blocksInside })
      } else if (trimmed.includes('|') && isTableRule(this.#lines[this.#at + 1])) {
        flush()
        blocks.push(this.#table())
      } else if (/^[-*]\s+/.test(trimmed)) {
        flush()
        blocks.push(this.#list())
      } else {
        paragraph.push(trimmed)
        this.#at += 1
      }
    }
    flush()
    return blocks
  }

  #code(fence: string, language: string): Block {
    const text: string[] = []
    this.#at += 1
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? ''
      this.#at += 1
      if (/^`{3,}$/.test(line.trim()) && line.trim().length >= fence.length) break
      text.push(line)
    }
    return { type: 'code', language, text: text.join('\n') }
  }

  #table(): Block {
    const head = readCells(this.#lines[this.#at] ?? '').map(readInline)
    this.#at += 2
    const rows: Inline[][][] = []
    for (; (this.#lines[this.#at] ?? '').includes('|'); this.#at += 1) rows.push(readCells(this.#lines[this.#at] ?? '').map(readInline))
    return { type: 'table', head, rows }
  }

  #list(): Block {
    const items: Inline[][] = []
    for (
      let item = /^\s*[-*]\s+(.*)$/.exec(this.#lines[this.#at] ?? '');
      item;
      item = /^\s*[-*]\s+(.*)$/.exec(this.#lines[this.#at] ?? '')
    ) {
      items.push(readInline(item[1] ?? ''))
      this.#at += 1
    }
    return { type: 'list', items }
  }
}

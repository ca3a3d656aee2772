/**
 * Manifest files as people write them, for tests: comments in every place, all ways of quoting, blocks and brackets, anchors, several
 * documents, byte order mark, Windows line ends, no final newline.
 */
import fc from 'fast-check'
import { printScalar, quote } from './print-value.ts'

const key = fc.constantFrom('name', 'size', 'a', 'b', 'x.y/z', 'no-1', 'deletionPolicy', '"quoted: key"', "'k'", 'ö')
const word = fc.constantFrom(
  'EU',
  'a b',
  'no',
  '010',
  '',
  "it's",
  'a: b',
  'x # y',
  '1e3',
  'über',
  '-',
  '~',
  'multi word value',
  '2026-01-01',
)
const comment = fc.constantFrom('# why', '#', '# a: 1', '#no space', '# ---', '# ü "quoted\'')
const behind = fc.option(
  comment.map((text) => ` ${text}`),
  { nil: '', freq: 4 },
)

/** Lines over a key: comments, more indented or less, and empty ones. */
const above = (indent: string) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: comment.map((text) => indent + text) }, fc.constantFrom('', '   ', `${indent}  # deeper`)), {
    maxLength: 2,
  })

/** What follows a colon or dash on one line. */
const inline = fc.oneof(
  { weight: 4, arbitrary: word.map((text) => printScalar(text)) },
  word.map((text) => `'${text.replaceAll("'", "''")}'`),
  word.map((text) => quote(text)),
  fc.constantFrom('1', '-0.5', 'true', 'null', '~', '{}', '[]', '0x1F', '12345678901234567890'),
  fc.constantFrom('[a, b,  c]', '{a: 1, "b": [x, y]}', '[ {k: v}, ]', '{ a: { b: } }', '[ "x", \'y\' ]'),
)

interface Style {
  step: number
  indentLists: boolean
}

const pad = (columns: number): string => ' '.repeat(columns)

/** A block scalar with its header; lines may look like anything. */
const block = (column: number) =>
  fc
    .tuple(
      fc.constantFrom('|', '|-', '|+', '>', '>-', '|  # header'),
      fc.array(fc.constantFrom('text', 'a: 1', '# no comment', '', '- x', '  deeper'), { minLength: 1, maxLength: 3 }),
    )
    .map(([header, lines]) => ({ inline: header, lines: ['first', ...lines].map((line) => (line === '' ? '' : pad(column) + line)) }))

/** A value after `key:` at a column: on the line, or below it. */
function valueAfter(style: Style, column: number, depth: number): fc.Arbitrary<{ inline: string; lines: string[] }> {
  const scalar = fc.tuple(inline, behind).map(([text, end]) => ({ inline: ` ${text}${end}`, lines: [] as string[] }))
  const literal = block(column + style.step).map(({ inline: header, lines }) => ({ inline: ` ${header}`, lines }))
  if (depth <= 0) return fc.oneof({ weight: 4, arbitrary: scalar }, literal)
  const below = (lines: fc.Arbitrary<string[]>) => fc.tuple(behind, lines).map(([end, made]) => ({ inline: end, lines: made }))
  return fc.oneof(
    { weight: 4, arbitrary: scalar },
    literal,
    { weight: 2, arbitrary: below(map(style, column + style.step, depth - 1)) },
    { weight: 2, arbitrary: below(list(style, style.indentLists ? column + style.step : column, depth - 1)) },
  )
}

function map(style: Style, column: number, depth: number): fc.Arbitrary<string[]> {
  return fc
    .uniqueArray(key, { minLength: 1, maxLength: 3 })
    .chain((keys) =>
      fc.tuple(
        ...keys.map((name) => fc.tuple(above(pad(column)), valueAfter(style, column, depth)).map((parts) => [name, ...parts] as const)),
      ),
    )
    .map((pairs) => pairs.flatMap(([name, before, value]) => [...before, `${pad(column)}${name}:${value.inline}`, ...value.lines]))
}

function list(style: Style, column: number, depth: number): fc.Arbitrary<string[]> {
  const scalar = fc.tuple(inline, behind).map(([text, end]) => [`${pad(column)}- ${text}${end}`])
  const ofMap = map(style, column + 2, depth - 1).map((lines) => {
    const first = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    return [...lines.slice(0, first), `${pad(column)}- ${(lines[first] ?? '').slice(column + 2)}`, ...lines.slice(first + 1)]
  })
  const item = depth > 0 ? fc.oneof(scalar, ofMap) : scalar
  return fc
    .array(fc.tuple(above(pad(column)), item), { minLength: 1, maxLength: 3 })
    .map((items) => items.flatMap(([before, lines]) => [...before, ...lines]))
}

const document = fc
  .record({ step: fc.constantFrom(2, 4), indentLists: fc.boolean() })
  .chain((style) => fc.tuple(above(''), map(style, 0, 3), fc.boolean()))
  .map(([before, lines, anchors]) => {
    const shared = ['shared: &shared', '  one: 1 # kept', 'again: *shared', 'merged:', '  <<: *shared', '  own: 2']
    return [...before, ...lines, ...(anchors ? shared : [])].join('\n')
  })

/** The text of a file. `head`: lines that each document begins with. */
const fileOf = (head: (index: number) => string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(document, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '---\n', '# head\n---\n', '%YAML 1.2\n---\n'),
      fc.constantFrom('\n---\n', '\n--- # next\n', '\n...\n---\n', '\n---\n\n# about the next\n'),
      fc.constantFrom('\n', '', '\n\n', '\n# the end\n', '\n...\n'),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([documents, start, between, tail, windows, mark]) => {
      const text = start + documents.map((lines, index) => head(index) + lines).join(between) + tail
      return (mark ? '\uFEFF' : '') + (windows ? text.replaceAll('\n', '\r\n') : text)
    })

/** Any file of one to three documents. */
export const arbitraryFile = fileOf(() => '')

/** The same, the documents being resources of the kind `Thing.example.org` with the names `thing-0`, `thing-1`, `thing-2`. */
export const arbitraryResources = fileOf(
  (index) => `apiVersion: example.org/v1 # head\nkind: Thing\nmetadata:\n  name: "thing-${index}"\n  namespace: here\n`,
)

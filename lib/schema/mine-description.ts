/**
 * Facts that schemas leave to prose. Config Connector has 35 enums in 24,552 nodes: the allowed values stand in
 * sentences ("Possible values: [...]"). What is found here suggests and warns; it never refuses a value, because prose
 * is read wrongly now and then and grows old. Every pattern is linear: descriptions come from outside.
 */
import type { MinedFacts, MinedSyntax } from '#lib/schema/field-tree.ts'

/** What a description says about its field. */
export interface MinedDescription {
  /** The description without the markers that became flags; `''` when nothing is left. */
  text: string
  immutable: boolean
  /** The sentence that says so. */
  deprecated: string | undefined
  facts: MinedFacts | undefined
}

/** Longer prose is read only this far, in characters. */
const readLimit = 4000

const marker = /^\s*\[?(Immutable|Required|Optional|Output only|Output-only|Input only)(?:\]?[.;:]|\]|$)\s*/i

/** What a field holds, as far as mining cares: `texts` is a list of texts, whose items get the values. */
export type Holds = 'text' | 'texts' | 'scalar' | 'group'

/** Reads a field's description. `key` helps to tell what syntax a text has. */
export function mineDescription(description: string, key: string, holds: Holds): MinedDescription {
  const facts: MinedFacts = {}
  let immutable = false
  let rest = description.trim()
  for (let found = marker.exec(rest); found; found = marker.exec(rest)) {
    const word = (found[1] ?? '').toLowerCase()
    if (word === 'immutable') immutable = true
    else if (word === 'required') facts.required = true
    else if (word === 'optional') facts.optional = true
    else if (word.startsWith('output')) facts.outputOnly = true
    rest = rest.slice(found[0].length)
  }
  const prose = rest.length > readLimit ? rest.slice(0, readLimit) : rest
  const values = holds === 'text' || holds === 'texts' ? mineValues(prose) : undefined
  if (values) facts.values = values
  const byDefault = holds === 'text' || holds === 'scalar' ? mineDefault(prose) : undefined
  if (byDefault !== undefined && (holds === 'text' || scalarDefault.test(byDefault)))
    // "60 seconds" is the number 60 in a field of seconds.
    facts.default = holds === 'scalar' ? (byDefault.split(' ')[0] ?? byDefault) : byDefault
  const example = holds === 'text' || holds === 'texts' ? mineExample(prose) : undefined
  if (example !== undefined) facts.example = example
  const syntax = holds === 'text' && !values ? mineSyntax(prose, key) : undefined
  if (syntax) facts.syntax = syntax
  return {
    text: rest,
    immutable: immutable || /\bThis (?:field|property) is immutable\b/i.test(prose),
    deprecated: mineDeprecation(prose),
    facts: Object.keys(facts).length > 0 ? facts : undefined,
  }
}

/** What a number or a switch can have as its default. */
const scalarDefault = /^(?:true|false|-?\d.*)$/

/** What opens a list of allowed values. */
const opening =
  /\b(?:possible|supported|valid|allowed|allowable|accepted|available|permitted) (?:values?|options|choices)\b(?: currently)?(?: include[s]?| are| is| be)?(?: (?:one of|either|the following|as follows))?[:\s]*|\b(?:must be|should be|can be|may be|is|either)?\s*one of(?: (?:these|the following|the))?(?: values?| options)?(?: below)?[:\s]*/gi

/** One quoted value. */
const quoted = /\s*(?:"([^"\s]{1,80})"|'([^'\s]{1,80})'|`"?([^`"\s]{1,80})"?`)/y
/** One bare constant such as `STANDARD` or `REGIONAL_HA`. */
const constant = /\s*([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*)(?![a-z])/y
/** One bare word, taken only in `values: a, b, c` lists. */
const word = /\s*([A-Za-z][A-Za-z0-9_./-]{0,60}[A-Za-z0-9]|[A-Za-z])(?=\s*(?:,|\.?\s*$|\.\s|\s(?:and|or)\s))/y
const remark = /\s*\([^()]{0,200}\)/y
const separator = /\s*(?:,\s*(?:(?:and|or)\b)?|\band\b|\bor\b|\/|\||;)/y

function takeAt(pattern: RegExp, text: string, at: number): { value: string; end: number } | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found ? { value: found[1] ?? found[2] ?? found[3] ?? '', end: pattern.lastIndex } : undefined
}

/** The values a text lists as allowed, in its order and once each, or undefined. */
export function mineValues(text: string): string[] | undefined {
  let best: string[] | undefined
  opening.lastIndex = 0
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const explicit = /values|options|choices/i.test(found[0])
    const values = isAboutSomethingElse(text, found.index, opening.lastIndex, explicit)
      ? undefined
      : valuesAt(text, opening.lastIndex, explicit)
    // The last list wins: generators append the machine-made "Possible values: [...]" to the prose.
    if (values && (values.length > 1 || (explicit && !best))) best = values
    if (found[0] === '') opening.lastIndex += 1
  }
  return best
}

/** "Examples of valid values", and "one of `a` or `b` must be set", which speaks of fields. */
function isAboutSomethingElse(text: string, start: number, end: number, explicit: boolean): boolean {
  if (/\bexamples? of\s*$/i.test(text.slice(Math.max(0, start - 20), start))) return true
  if (explicit) return false
  return /^[^.\n]{1,200}\b(?:must|should|can|may|needs to|has to|is required)\b(?: only| also)?(?: be| have)?(?: specified| set| provided| given| used| present| defined)\b/i.test(
    text.slice(end, end + 260),
  )
}

function valuesAt(text: string, start: number, explicit: boolean): string[] | undefined {
  const at = start
  const bracket = /\s*[[{]([^\]}]{1,2000})[\]}]/y
  const list = takeAt(bracket, text, at)
  // a link of Markdown is no list
  if (list && text[list.end] === '(') return undefined
  if (list) return unique(list.value.split(',').map((item) => item.trim().replace(/^["'`]+|["'`]+$/g, '')))
  const bullets = bulletsAt(text, at)
  if (bullets) return bullets
  return inlineValuesAt(text, at, explicit)
}

function inlineValuesAt(text: string, start: number, explicit: boolean): string[] | undefined {
  const values: string[] = []
  let at = start
  for (let count = 0; count < 200; count += 1) {
    const next = takeAt(quoted, text, at) ?? takeAt(constant, text, at) ?? (explicit ? takeAt(word, text, at) : undefined)
    if (!next) break
    values.push(next.value)
    at = takeAt(remark, text, next.end)?.end ?? next.end
    const more = takeAt(separator, text, at)
    if (!more) break
    at = more.end
  }
  const found = unique(values)
  if (!found) return undefined
  // A single word is more often the start of a sentence than a list.
  const ends = /^\s*(?:[.)]|$)/.test(text.slice(at, at + 20))
  return found.length === 1 && !(ends && /^[A-Z][A-Z0-9_]{2,}$/.test(found[0] ?? '')) ? undefined : found
}

/** Values that open the points of a list: `* NAME: what it means` or `- "name" ...`. */
function bulletsAt(text: string, start: number): string[] | undefined {
  const tail = text.slice(start, start + 3000)
  if (!/^\s*(?:[*-]|\d\.)\s/.test(tail)) return undefined
  const values: string[] = []
  const point = /(?:^|\n|\s)\s*(?:[*-]|\d\.)\s+(?:["'`]+([^"'`\s]{1,80})["'`]+|([A-Za-z][A-Za-z0-9_.-]{0,79})(?=\s*(?::|-\s|\(|,|\n|$)))/g
  for (let found = point.exec(tail); found; found = point.exec(tail)) values.push(found[1] ?? found[2] ?? '')
  return values.length > 1 ? unique(values) : undefined
}

const unique = (values: string[]): string[] | undefined => {
  const kept = [...new Set(values.filter((value) => value !== '' && value.length <= 80 && !/\s{2,}/.test(value)))]
  return kept.length > 0 && kept.length <= 200 ? kept : undefined
}

function mineDefault(text: string): string | undefined {
  const found =
    /(?:\b[Dd]efault(?:s| value)?(?: is set to| is| of| to|:| =)|\([Dd]efault) *(?:"([^"]{1,100})"|'([^']{1,100})'|`"?([^`"]{1,100})"?`|([A-Z][A-Z0-9_]*[A-Z0-9](?:-[A-Z0-9]+)*(?![a-z])\b|true\b|false\b|-?\d[\w.]*%?(?: (?:days?|hours?|minutes?|seconds?|weeks?|[KMGT]i?B)\b)?))/.exec(
      text,
    )
  const value = found?.[1] ?? found?.[2] ?? found?.[3] ?? found?.[4]
  return value?.replace(/\.$/, '')
}

function mineExample(text: string): string | undefined {
  const quotedOne = /(?:\bfor example|\bexamples?|\be\.g\.)[:,]?\s*(?:"([^"\n]{1,120})"|'([^'\n]{1,120})'|`([^`\n]{1,120})`)/i.exec(text)
  if (quotedOne) return quotedOne[1] ?? quotedOne[2] ?? quotedOne[3]
  // Without quotes only what cannot be an ordinary word.
  const bare = /(?:\bfor example|\bexample|\be\.g\.)[:,]?\s*([\w./:@+-]{3,120})/i.exec(text)?.[1]?.replace(/[.:,-]+$/, '')
  return bare !== undefined && /\d.*[A-Za-z]|[A-Za-z].*\d|[:@_]|\w\/[A-Z]|\/.*\//.test(bare) ? bare : undefined
}

function mineDeprecation(text: string): string | undefined {
  const found = /^\W*deprecated\b|\bThis (?:field|property|setting) (?:is|has been|is being) deprecated\b|(?:^|\. )Deprecated[.:]/i.exec(
    text,
  )
  if (!found) return undefined
  const start = found[0].startsWith('. ') ? found.index + 2 : found.index
  const tail = text.slice(start)
  const first = /^[^.]{0,40}\.\s*(?:[^.]{3,300}\.)?/.exec(tail)
  return (first?.[0] ?? tail.slice(0, 300)).replace(/\s+/g, ' ').trim()
}

function mineSyntax(text: string, key: string): MinedSyntax | undefined {
  if (/nine fractional digits|terminated by ['"`]?s['"`]?|duration in seconds\b.*\bs\b/i.test(text) && !/RFC ?3339/i.test(text))
    return 'duration'
  if (/RFC ?3339|"Zulu" format/i.test(text)) return /YYYY-MM-DD["'` .]*(?:$|format)/i.test(text) ? 'date' : 'timestamp'
  if (/\bbase64\b/i.test(text)) return 'base64'
  if (/\bCIDR\b/.test(text) && !/name$/i.test(key) && !/\bor\b.*\bIP address\b/i.test(text)) return 'cidr'
  if (/(?:^|[a-z])email(?:Address)?$/i.test(key)) return 'email'
  if (/(?:^|[a-z])(?:url|uri)$/i.test(key)) return 'url'
  if (key === 'member' && /\brole\b|\bIAM\b/.test(text)) return 'iam-member'
  if (/\bJSON[- ](?:string|encoded|serialized|document|schema)\b/i.test(text)) return 'json'
  return undefined
}

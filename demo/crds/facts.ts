/**
 * Facts that a schema states only in prose: whether a field can change, which values it takes, what it defaults to,
 * which kind a reference means and in which form. Only names and values are taken, never sentences.
 */

export interface FieldFacts {
  /** The field cannot change once the resource exists. */
  immutable: boolean
  /** "Required", "Optional", "DEPRECATED", "Output only" or "Input only", where the text opens with it. */
  mark: string | undefined
  /** The values the text lists as the allowed ones. */
  values: string[]
  /** The text says "include": there may be more values than it lists. */
  openValues: boolean
  /** The value that counts when the field is left out. */
  fallback: string | undefined
}

export interface ReferenceFacts {
  /** The kind of the target, when the text names one. */
  kind: string | undefined
  /** The field of the target that `external` holds, for instance `selfLink`. */
  targetField: string | undefined
  /** The form of `external`, for instance `projects/{{projectID}}/topics/{{topicID}}`. */
  format: string | undefined
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

const openings: [RegExp, string][] = [
  [/^required\b/i, 'Required'],
  [/^optional\b/i, 'Optional'],
  [/^\[?deprecated\b/i, 'DEPRECATED'],
  [/^(output only|an output-only)\b/i, 'Output only'],
  [/^input only\b/i, 'Input only'],
]

/** The facts in a field's original text. */
export function fieldFacts(original: string): FieldFacts {
  const text = oneLine(original)
  const immutable = /^(optional\. |required\. )?immutable\./i.test(text)
  const rest = text.replace(/^immutable\. /i, '')
  const mark = openings.find(([pattern]) => pattern.test(rest))?.[1]
  return { immutable, mark, values: allowedValues(text), openValues: /values? include/i.test(text), fallback: fallbackValue(text) }
}

function allowedValues(text: string): string[] {
  const lead = /(?:possible|supported|allowed|valid) values?(?: include| are)?:?\s*/i.exec(text)
  const after = lead ? text.slice(lead.index + lead[0].length) : (/\bone of (?=")(.*)/i.exec(text)?.[1] ?? '')
  const listed = after.startsWith('[') ? after.slice(1, after.indexOf(']')) : (/^(.*?)(?:\.(?:\s|$)|$)/.exec(after)?.[1] ?? '')
  const words = listed.split(/,\s*(?:and |or )?|\s+(?:and|or)\s+/).map((word) => word.trim().replace(/^["'`]|["'`]$/g, ''))
  return words.length > 0 && words.every((word) => /^[\w.-]+$/.test(word)) ? words : []
}

function fallbackValue(text: string): string | undefined {
  const found = /\bdefaults?(?: value)?(?: is|:| to| to:)+ ["'`]?([A-Za-z0-9_.-]*[A-Za-z0-9_])["'`]?(?=[\s.,)]|$)/i.exec(text)?.[1]
  if (found === undefined) return undefined
  return /^[A-Z0-9_.-]+$/.test(found) || /^(true|false|public|private)$/i.test(found) ? found : undefined
}

/** The facts in the original texts of a reference's `external` and `name`. */
export function referenceFacts(external: string, name: string): ReferenceFacts {
  const texts = [oneLine(external), oneLine(name)]
  const kinds = [
    /externally[- ]managed ([A-Z]\w+)/,
    /fields? of (?:an?|the) [`']?([A-Z]\w+)[`']?/i,
    /[`']?name[`']?(?: field)? of an? [`']?([A-Z]\w+)[`']? resource/,
    /^The ([A-Z]\w+) selfLink/,
  ]
  let kind: string | undefined
  for (const text of texts) for (const pattern of kinds) kind ??= pattern.exec(text)?.[1]
  const targetField = /[`'](\w+)[`'] fields? of/.exec(texts[0] ?? '')?.[1] ?? /\b(selfLink),/.exec(texts[0] ?? '')?.[1]
  const format = /(?:formats?(?: is)?):?\s+["'`]([^"'`\s]+)["'`]/.exec(texts[0] ?? '')?.[1]
  return { kind, targetField, format }
}

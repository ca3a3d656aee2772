/** Sentences for what goes wrong in YAML: what is the matter, and what to write instead. */

const sentences: Record<string, string> = {
  ALIAS_PROPS: 'An alias (*name) cannot have an anchor or a tag of its own. Remove one of them.',
  BAD_ALIAS: 'This is no valid alias. Quote the text if it is meant to start with "*".',
  BAD_COLLECTION_TYPE: 'The tag does not fit this list or map. Remove the tag.',
  BAD_DIRECTIVE: 'This line starting with "%" is no YAML directive. Quote the text, or remove the line.',
  BAD_DQ_ESCAPE: 'A backslash in double quotes starts an escape that YAML does not know. Write "\\\\", or use single quotes.',
  BAD_INDENT: 'This line is not indented like its neighbours. Give keys of one map, and dashes of one list, the same number of spaces.',
  BAD_PROP_ORDER: 'Anchor and tag stand in the wrong place. Put them directly before the value.',
  BAD_SCALAR_START: 'A value cannot start with this character. Put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'A second ": " stands on this line. Put the value in quotes, or the nested key on its own line.',
  BLOCK_IN_FLOW: 'Inside { } and [ ] values cannot be written as indented blocks. Close the bracket first.',
  DUPLICATE_KEY: 'A key stands twice in this map. Keep one of them.',
  IMPOSSIBLE: 'This cannot be read as YAML.',
  KEY_OVER_1024_CHARS: 'This key is longer than 1,024 characters. Is a quote or a colon missing?',
  MISSING_CHAR: 'A colon, comma, quote or bracket is missing here. A key needs ": " after it; quotes and brackets must be closed.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, followed by ": ".',
  MULTIPLE_ANCHORS: 'A value can have only one anchor (&name).',
  MULTIPLE_DOCS: 'Another document starts here. Put "---" on the line before it.',
  MULTIPLE_TAGS: 'A value can have only one tag (!name).',
  NON_STRING_KEY: 'A key must be text.',
  TAB_AS_INDENT: 'A tab stands where spaces must. YAML indents with spaces only: replace the tab by spaces.',
  TAG_RESOLVE_FAILED: 'The tag on this value is not known. Remove the tag.',
  UNEXPECTED_TOKEN: 'This is not expected here. Check the indentation and quotes of this line and the one above.',
}

/** The sentence for an error code of the `yaml` package; its own words follow for those who know them. */
export function explainSyntaxError(code: string, message: string): string {
  const sentence = sentences[code] ?? 'This cannot be read as YAML.'
  return `${sentence} (${message.replace(/\s+/g, ' ').trim()})`
}

/** For a key that is indented below a text. */
export const keyBelowValue =
  'This line is indented as if it belonged to the value above it. Give it the same number of spaces as the key of that value, or take the value away.'

/** Words that YAML 1.1, which kubectl and many tools read, takes for booleans, and YAML 1.2 for text. */
const yaml11Booleans = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/
const yaml11Octal = /^[-+]?0[0-7_]+$/
const yaml12Octal = /^0o[0-7]+$/
const sexagesimal = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
/** Numbers with underscores, once these are taken out: YAML 1.1 readers look at what is left. */
const decimal = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
/** Numbers to another base, in the ways that YAML 1.2 does not know. */
const based = /^[-+]?0(?:[bB][01]+|[xX][0-9a-fA-F]+|[oO][0-7]+)$/
const yaml12Hexadecimal = /^0x[0-9a-fA-F]+$/
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt \t].*)?$/

/** What a YAML 1.1 reader makes of an unquoted text, when YAML 1.2 readers make something else of it; undefined when they agree. */
export function explainYaml11(source: string, isKey: boolean): string | undefined {
  const what = isKey ? 'key' : 'value'
  // `y` and `n` are used as plain keys (coordinates); readers in the Kubernetes world leave those as text.
  if (yaml11Booleans.test(source) && !(source.length === 1)) {
    return `Unquoted, the ${what} ${source} is a boolean for kubectl and other YAML 1.1 readers. Write "${source}" if text is meant, true or false if not.`
  }
  if (isKey) return undefined
  if (yaml11Octal.test(source)) {
    return `${source} is an octal number (${Number.parseInt(source.replaceAll('_', ''), 8)}) for kubectl, and ${Number(source.replaceAll('_', ''))} for YAML 1.2. Quote it if text is meant, or write the decimal number.`
  }
  if (yaml12Octal.test(source))
    return `${source} is an octal number for YAML 1.2 and text for some readers. Write the decimal number, or quote it.`
  if (sexagesimal.test(source)) return `${source} is a number in base 60 for YAML 1.1 readers. Put it in quotes.`
  const bare = source.replaceAll('_', '')
  if (based.test(bare) && !yaml12Hexadecimal.test(source)) {
    return `${source} is a number (${basedNumber(bare)}) for kubectl and other YAML 1.1 readers, and text for YAML 1.2. Quote it if text is meant, or write the decimal number.`
  }
  if (bare !== source && /^[-+.\d]/.test(source) && decimal.test(bare))
    return `${source} is a number for YAML 1.1 readers and text for YAML 1.2. Quote it, or leave the underscores out.`
  if (timestamp.test(source)) return `${source} is a date for some YAML readers. Put it in quotes.`
  return undefined
}

const basedNumber = (text: string): string => `${text.startsWith('-') ? '-' : ''}${BigInt(text.replace(/^[-+]/, '').toLowerCase())}`

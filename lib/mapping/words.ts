/** How names of fields, kinds and collections are compared: without case and separators, and by number (singular, plural). Pure. */

const folded = new Map<string, string>()

/** `kms_key-Name` → `kmskeyname`. */
export function fold(text: string): string {
  let found = folded.get(text)
  if (found === undefined) {
    found = text.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
    if (folded.size < 20_000) folded.set(text, found)
  }
  return found
}

/** `policies` → `policy`, `proxies` → `proxy`, `addresses` → `address`, `disks` → `disk`. For folded words. */
export function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (/[^su]s$/.test(word) && word.length > 2) return word.slice(0, -1)
  return word
}

/** The same, with every word it may be: `messageBuses` is of `messagebus`, `databases` of `database`. */
export function singulars(word: string): string[] {
  const one = singular(word)
  return word.endsWith('ses') && one === word.slice(0, -1) ? [one, word.slice(0, -2)] : [one]
}

/** What services call resources in names where the kind has another word. Folded; data. */
const otherWords = new Map([
  ['notebookruntimetemplate', 'colabruntimetemplate'],
  ['notebookruntime', 'colabruntime'],
  ['krmapihost', 'configcontrollerinstance'],
  ['documentschema', 'contentwarehouseschema'],
])

/** Whether a collection in a name (`targetHttpProxies`) holds resources of a kind (`ComputeTargetHTTPProxy`). */
export function collectionFitsKind(collection: string, kind: string): boolean {
  return singulars(fold(collection)).some((one) => one.length > 2 && (endsInWord(kind, one) || otherWords.get(one) === fold(kind)))
}

/** Whether a kind ends in a folded word that starts where one of the kind's own words does: `ComputeSubnetwork` does not end in `network`. */
function endsInWord(kind: string, word: string): boolean {
  const start = kind.length - word.length
  return start >= 0 && fold(kind).endsWith(word) && /[A-Z0-9]/.test(kind.charAt(start))
}

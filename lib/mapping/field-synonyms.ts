/** Words that mean the same in the services' APIs and in the kinds. Data: adding a pair needs no code. Written folded (lower case, no separators). */

/** Said by the API, said by the kind. Looked at only where the kind has no field of the API's own word. */
const pairs: [string, string][] = [
  ['allowed', 'allow'],
  ['denied', 'deny'],
  ['ipprotocol', 'protocol'],
  ['sizegb', 'size'],
  ['disksizegb', 'size'],
  ['acceleratortype', 'type'],
  ['acceleratorcount', 'count'],
  ['projectidornum', 'projectref'],
  ['includedpermissions', 'permissions'],
  ['defaultkmskeyname', 'kmskeyref'],
  ['consumereservationtype', 'type'],
]

const bySaid = new Map<string, string[]>()
for (const [said, meant] of pairs) bySaid.set(said, [...(bySaid.get(said) ?? []), meant])

const endings = ['config', 'gb', 'sec', 'seconds', 'enabled', 'name', 'uri', 'url', 'spec']

/** Other words for a folded word, best first. */
export function synonymsOf(word: string): string[] {
  const found = [...(bySaid.get(word) ?? [])]
  for (const ending of endings) if (word.length > ending.length + 3 && word.endsWith(ending)) found.push(word.slice(0, -ending.length))
  return found
}

/**
 * Whether the external value of a reference has one of the formats that the schema's prose names, and if not, what
 * differs, in words. Formats are mined (`mine-reference.ts`), so this warns and never refuses. Pure.
 */

const placeholder = /^(?:\{\{[^}]*\}\}|\{[^}]*\}|\[[^\]]*\]|<[^>]*>|\*|[A-Z][A-Z_]{2,})$/

/** What differs, as a sentence; undefined when the value fits a format or nothing can be said. An empty value says nothing. */
export function externalProblem(formats: string, value: string): string | undefined {
  if (value === '') return undefined
  const problems: { text: string; right: number }[] = []
  for (const format of formats.split(' or ')) {
    const problem = compare(partsOf(format), partsOf(withoutHost(value, format)), format)
    if (!problem) return undefined
    problems.push(problem)
  }
  // of several formats, the one the value comes closest to
  return problems.sort((a, b) => b.right - a.right)[0]?.text
}

/** `{{project}}/…` may hold slashes in braces; they are no separators. */
const partsOf = (text: string): string[] => text.match(/(?:\{\{[^}]*\}\}|\{[^}]*\}|\[[^\]]*\]|<[^>]*>|[^/])+/g) ?? []

/** A full address such as `https://www.googleapis.com/compute/v1/projects/…` or `//compute.googleapis.com/projects/…` names the same thing. */
function withoutHost(value: string, format: string): string {
  if (/^(?:https?:)?\/\//.test(format)) return value
  const first = partsOf(format)[0]
  const path = /^(?:https?:)?\/\/[^/]+\/(.*)$/.exec(value)?.[1]
  if (path === undefined || first === undefined) return value
  const at = path.indexOf(`${first}/`)
  return at < 0 ? path : path.slice(at)
}

function compare(wanted: string[], given: string[], format: string): { text: string; right: number } | undefined {
  // a lone placeholder such as {{selfLink}} says nothing about the form
  if (wanted.length === 0 || (wanted.length === 1 && placeholder.test(wanted[0] ?? ''))) return undefined
  for (const [index, part] of wanted.entries()) {
    const here = given[index]
    if (here === undefined)
      return { text: `Ends too early: ${JSON.stringify(wanted.slice(index).join('/'))} is missing at the end.`, right: index }
    if (placeholder.test(part)) {
      if (placeholder.test(here) && here !== '*' && !/^[A-Z]+$/.test(here))
        return { text: `Put a real name in place of ${JSON.stringify(here)}.`, right: index }
      continue
    }
    if (/[{[<]/.test(part)) continue // a placeholder inside other text
    if (here !== part)
      return { text: `Part ${index + 1} is ${JSON.stringify(here)}, the format has ${JSON.stringify(part)} there.`, right: index }
  }
  if (given.length > wanted.length && !/\*\*$/.test(format))
    return {
      text: `Goes on too long: the format ends before ${JSON.stringify(given.slice(wanted.length).join('/'))}.`,
      right: wanted.length,
    }
  return undefined
}

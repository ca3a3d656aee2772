/**
 * Composes a field's description: what our tables say about it, else a plain sentence made from its name and type, then
 * its facts. The marks open and close the text in the way Config Connector's schemas do ("Immutable.", "Possible
 * values: […]"), because that is where readers of such schemas look for them.
 */
import { type Json, type JsonObject, textAt } from '#lib/json.ts'
import type { FieldFacts, ReferenceFacts } from './facts.ts'

/** Sentences about a field ("") and the fields below it. Lists and maps add no level. */
export type Sentences = { [key: string]: Sentences | string }

/** The sentences below a field. */
export function below(sentences: Sentences | undefined, key: string): Sentences | undefined {
  const found = sentences !== undefined && Object.hasOwn(sentences, key) ? sentences[key] : undefined
  return typeof found === 'string' ? { '': found } : found
}

const own = (sentences: Sentences | undefined): string | undefined => {
  const text = sentences?.['']
  return typeof text === 'string' ? text : undefined
}

/** The text of a field: sentence of the tables or made from the name, with its facts around. */
export function describeField(path: string[], schema: JsonObject, facts: FieldFacts, sentences: Sentences | undefined): string {
  const sentence = own(sentences) ?? composed(path, schema)
  const parts: string[] = []
  if (facts.immutable) parts.push('Immutable.')
  if (facts.mark !== undefined && !sentence.startsWith(facts.mark)) parts.push(`${facts.mark}.`)
  parts.push(sentence)
  if (facts.values.length > 0 && !/possible values/i.test(sentence)) parts.push(valuesSentence(facts))
  if (facts.fallback !== undefined && !/default/i.test(sentence)) parts.push(`Default value: "${facts.fallback}".`)
  return parts.join(' ')
}

function valuesSentence({ values, openValues }: FieldFacts): string {
  const list = values.map((value) => `"${value}"`).join(', ')
  return openValues ? `Possible values include ${list}.` : `Possible values: [${list}].`
}

/** The texts of a reference's own fields: external, name, namespace, kind, apiVersion. */
export function describeReference(facts: ReferenceFacts): Record<string, string> {
  const a = (kind: string) => `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} \`${kind}\` resource`
  const target = facts.kind === undefined ? 'the referenced resource' : a(facts.kind)
  const form = facts.format === undefined ? '' : `, in the format \`${facts.format}\``
  const external =
    facts.targetField === undefined
      ? `Points at ${target} that this cluster does not manage${form}.`
      : `Points outside this cluster. Takes the \`${facts.targetField}\` field of ${target}${form}.`
  return {
    external,
    name: `The \`metadata.name\` of ${target} in this cluster.`,
    namespace: `The namespace of ${target}, when it is not the same one.`,
    kind:
      facts.kind === undefined
        ? 'Kind of the resource that is meant.'
        : `Kind of the resource that is meant. Allowed values: ${facts.kind}`,
    apiVersion: 'API group and version of the kind that is meant.',
  }
}

/** A field's name as words: "maxDeliveryAttempts" becomes "max delivery attempts", "kmsKeyRef" "KMS key". */
export function words(name: string): string {
  const acronyms = /^(id|ip|kms|url|uri|cpu|dns|tls|ssl|http|https|grpc|vpc|iam|ttl|sql|csv|json|gke|api|cidr|rdb|ipv4|ipv6)$/
  return name
    .replace(/Refs?$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_]+/)
    .map((word) => (acronyms.test(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()))
    .join(' ')
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** A plain sentence from a field's name, its parent's name and its type. */
function composed(path: string[], schema: JsonObject): string {
  const name = path.at(-1) ?? ''
  const parent = path.length > 1 ? ` of ${words(path.at(-2) ?? '')}` : ''
  const what = words(name)
  const type = textAt(schema, 'type')
  const item: Json | undefined = schema.items
  if (type === 'boolean') {
    if (/^enabled?$/i.test(name)) return sentence(`turns ${path.length > 1 ? words(path.at(-2) ?? '') : 'this'} on or off`)
    if (/^enable[A-Z]/.test(name)) return sentence(`turns ${words(name.slice('enable'.length))} on`)
    if (/^(allow|use|include|ignore|retain|drop|write)[A-Z]/.test(name)) return sentence(`true to ${what}`)
    return sentence(`whether ${what} applies`)
  }
  if (type === 'array') return sentence(textAt(item, 'type') === 'object' ? `list of ${what}, one entry each` : `list of ${what}${parent}`)
  if (type === 'object') return sentence(schema.additionalProperties ? `${what}${parent}, as keys and values` : `settings of ${what}`)
  if (type === 'integer' || type === 'number')
    return sentence(/Percent$/.test(name) ? `${what}${parent}, from 0 to 100` : `number: ${what}${parent}`)
  if (/(Time|Timestamp)$/.test(name)) return sentence(`${what}${parent}, as RFC 3339 text`)
  if (/(Duration|Period|Interval)$/.test(name)) return sentence(`${what}${parent}, as a length of time`)
  return sentence(`${what}${parent}`)
}

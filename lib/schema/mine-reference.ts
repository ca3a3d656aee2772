/** What a reference points to, read from the schema and the prose of its fields: target kinds, external format, target field. */
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { mineValues } from '#lib/schema/mine-description.ts'

export interface MinedReference {
  /** Kind names without group, as written in the schema. */
  targets: string[]
  externalFormat?: string
  targetField?: string
}

const kindName = '([A-Z][A-Za-z0-9]{2,60})'
const kindPatterns = [
  new RegExp(`(?:externally[ -]managed|[Rr]eference to an?|referenced) \`?${kindName}\`? (?:resource|object)`, 'g'),
  new RegExp(`(?:field|name|id|\`id\`|self_link|location|version|number|email) of an? \`${kindName}\``, 'g'),
  new RegExp(`of an? \`${kindName}\` resource`, 'g'),
  new RegExp(`\`${kindName}\` (?:resource|object)`, 'g'),
  new RegExp(`(?:[Nn]ame|[Nn]amespace|name field) of an? ${kindName} (?:resource|object)`, 'g'),
  new RegExp(`^The ${kindName} selfLink`, 'gi'),
]

/** Keys whose target every Config Connector kind agrees on; used only when the prose names none. */
const wellKnown = new Map([
  ['projectRef', 'Project'],
  ['folderRef', 'Folder'],
  ['organizationRef', 'Organization'],
  ['billingAccountRef', 'BillingAccount'],
  ['networkRef', 'ComputeNetwork'],
  ['subnetworkRef', 'ComputeSubnetwork'],
  ['serviceAccountRef', 'IAMServiceAccount'],
  ['kmsKeyRef', 'KMSCryptoKey'],
  ['kmsCryptoKeyRef', 'KMSCryptoKey'],
  ['kmsKeyNameRef', 'KMSCryptoKey'],
  ['bucketRef', 'StorageBucket'],
  ['storageBucketRef', 'StorageBucket'],
  ['backendServiceRef', 'ComputeBackendService'],
  ['backendBucketRef', 'ComputeBackendBucket'],
  ['topicRef', 'PubSubTopic'],
  ['pubSubTopicRef', 'PubSubTopic'],
  ['datasetRef', 'BigQueryDataset'],
])

/** Reads a reference's targets. `schema` is the object that has `external` among its properties, `key` its key in the parent. */
export function mineReference(schema: JsonObject, key: string): MinedReference {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const prose = ['external', 'name', 'namespace'].flatMap((field) => textAt(properties[field], 'description') ?? [])
  const own = typeof schema.description === 'string' ? [schema.description] : []
  const external = textAt(properties.external, 'description') ?? ''
  const format = externalFormat(external) ?? own.map(externalFormat).find((found) => found !== undefined)
  const field = targetField(external)
  return {
    targets: targetKinds(properties, prose, own, key),
    ...(format === undefined ? {} : { externalFormat: format }),
    ...(field === undefined ? {} : { targetField: field }),
  }
}

function targetKinds(properties: JsonObject, prose: string[], own: string[], key: string): string[] {
  const listed = kindsListed(properties.kind)
  if (listed.length > 0) return listed
  for (const texts of [prose, own]) {
    const found = new Set<string>()
    for (const text of texts) for (const kind of kindsIn(text)) found.add(kind)
    if (found.size > 0) return [...found]
  }
  const known = wellKnown.get(key.replace(/Refs$/, 'Ref'))
  return known ? [known] : []
}

function kindsListed(kind: unknown): string[] {
  if (!isObject(kind)) return []
  if (Array.isArray(kind.enum)) return kind.enum.filter((item) => typeof item === 'string')
  const description = typeof kind.description === 'string' ? kind.description : ''
  const values = mineValues(description)?.filter((value) => /^[A-Z][A-Za-z0-9]{2,60}$/.test(value))
  if (values && values.length > 0) return values
  const referent = new RegExp(`(?:must be|defaults? to|is always|[Aa]llowed values?:) [\`"']?${kindName}`).exec(description)
  return referent?.[1] ? [referent[1]] : []
}

function kindsIn(text: string): Set<string> {
  const found = new Set<string>()
  for (const pattern of kindPatterns) {
    for (const match of text.matchAll(pattern)) {
      const name = match[1] ?? ''
      // "a Google Cloud resource", "an Organization resource": prose, not a kind, unless it is one of ours.
      if (/^(?:Google|Cloud|Kubernetes|Compute|The|GCP|URI|URL|API)$/.test(name)) continue
      found.add(name)
    }
    if (found.size > 0) break
  }
  return found
}

/** The formats `external` may have, in the schema's words, joined with " or ". */
function externalFormat(text: string): string | undefined {
  const start = /\b(?:format|form)s?\b(?: of)?[:\s]*/i.exec(text)
  if (!start) return undefined
  const formats: string[] = []
  let at = start.index + start[0].length
  for (let count = 0; count < 6; count += 1) {
    const item =
      /(?:,?\s*or\s*|,\s*)?(?:"([^"]{3,300})"|`([^`]{3,300})`|'([^']{3,300})'|([a-z/][\w./{}<>[\]*:-]*\/[\w./{}<>[\]*:-]*[\w}\]>*]))/y
    item.lastIndex = at
    const found = item.exec(text)
    if (!found) break
    formats.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '')
    at = item.lastIndex
  }
  return formats.length > 0 ? formats.join(' or ') : undefined
}

/** The field of the target that `external` must hold. */
function targetField(text: string): string | undefined {
  const found =
    /\bthe `([A-Za-z_]{2,40})` (?:field )?of an? `?[A-Z]/i.exec(text) ??
    /\bthe (name|email|number|address|selfLink) (?:field )?of an? `/i.exec(text)
  return found?.[1] ?? /[. ]the (self_?link) of the /i.exec(` ${text}`)?.[1] ?? /\bis the (selfLink) of /.exec(text)?.[1]
}

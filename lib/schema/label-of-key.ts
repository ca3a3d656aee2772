/** Words written in their own way; compared in lower case. */
const acronyms = new Map(
  'ID IP API URL URI DNS TTL SSL TLS SQL HTTP HTTPS GCP IAM KMS CMEK CIDR VPC CPU GPU TPU VM GCE GKE GCS JSON XML CSV SSH NAT VPN BGP ASN MTU OS RAM SSD HDD SLA SLO CORS UUID OIDC SAML JWT JWKS mTLS gRPC TCP UDP ICMP IPv4 IPv6 CA PSC DLP ACL QPS IOPS CDN DAG LB NEG NFS SMTP UI'
    .split(' ')
    .map((word) => [word.toLowerCase(), word]),
)

/** Names of products that stand as one word in kinds. */
const properNames = new Map([
  ['PubSub', 'Pub/Sub'],
  ['BigQuery', 'BigQuery'],
])

const longestLabel = 80

/** A key as it is, but for what would be invisible, turn the text around it, or fill the page. */
function readable(key: string): string {
  const seen = key.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu,
    (point) => `\\u${(point.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  const short = seen.length > longestLabel ? `${seen.slice(0, longestLabel)}…` : seen
  return key !== '' && key.trim() === '' ? JSON.stringify(key) : short
}

/** A key in words: `uniformBucketLevelAccess` → `Uniform bucket level access`, `kmsKeyRef` → `KMS key`. A key without letters comes back as it is. */
export function labelOfKey(key: string): string {
  const bare = /^[a-z].*[a-z0-9](?:Ref|Refs)$/.test(key) ? key.replace(/Refs?$/, '') : key
  const words = bare.match(/[Ii][Pp]v[46]|PubSub|BigQuery|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g)
  if (!words || /[^A-Za-z0-9_-]/.test(key)) return readable(key)
  if (key.length > longestLabel) return `${key.slice(0, longestLabel)}…`
  const spoken = words.map((word) => {
    const known = properNames.get(word) ?? acronyms.get(word.toLowerCase())
    if (known) return known
    const plural = /^(.+)s$/.exec(word.toLowerCase())
    const single = plural?.[1] === undefined ? undefined : acronyms.get(plural[1])
    if (single && /^[A-Z]{2,}s$|^(?:ids|ips|urls|uris|apis|cidrs|cpus|gpus|vms)$/i.test(word)) return `${single}s`
    return /^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()
  })
  const text = spoken.join(' ')
  const first = spoken[0] ?? ''
  return acronyms.has(first.toLowerCase()) || [...properNames.values()].includes(first)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1)
}

/** A kind in words, its acronyms kept: `StorageBucket` → `Storage bucket`, `SQLInstance` → `SQL instance`. */
export function titleOfKind(kind: string): string {
  const text = labelOfKey(kind)
  return text === '' ? kind : text
}

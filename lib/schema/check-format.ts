/**
 * The string formats the API server checks (apiextensions-apiserver, `validation/formats.go`; unknown ones are
 * ignored), each with what it wants in words. Verdicts follow k8s.io/kube-openapi's strfmt, oddities included.
 */
export interface Format {
  wants: string
  accepts: (text: string) => boolean
}

const uuid = (version: string): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i')
const by =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text)

/** Leading zeros are let through, as the server does for the sake of old objects. */
const ipv4Part = '0*(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${ipv4Part}(?:\\.${ipv4Part}){3}$`)

/** Whether a text is an IPv6 address, as Go's `net.ParseIP` reads it (no zone). */
export function isIpv6(text: string): boolean {
  if (!text.includes(':') || !/^[0-9A-Fa-f:.]+$/.test(text)) return false
  let rest = text
  const last = rest.slice(rest.lastIndexOf(':') + 1)
  let groups = 8
  if (last.includes('.')) {
    if (!ipv4.test(last)) return false
    groups = 6
    rest = rest.slice(0, rest.lastIndexOf(':'))
    if (rest.endsWith(':')) rest += ':'
  }
  const halves = rest.split('::')
  if (halves.length > 2) return false
  const parts = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (parts.some((half) => half.some((part) => !/^[0-9A-Fa-f]{1,4}$/.test(part)))) return false
  const count = parts.reduce((sum, half) => sum + half.length, 0)
  return halves.length === 2 ? count < groups : count === groups
}

/** Whether a text is an IPv4 address, or one written inside IPv6. */
export const isIpv4 = (text: string): boolean =>
  ipv4.test(text) || (isIpv6(text) && /^[0:]*ffff:[0-9.]+$/i.test(text) && text.includes('.'))

function isCidr(text: string): boolean {
  const found = /^(.+)\/(\d{1,4})$/.exec(text)
  if (!found) return false
  const [address, bits] = [found[1] ?? '', Number(found[2])]
  return ipv4.test(address) ? bits <= 32 : isIpv6(address) && bits <= 128
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!found) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1
}

function isDateTime(text: string): boolean {
  const found = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.exec(text)
  if (!found || !isDate(found[1] ?? '')) return false
  return Number(found[2]) <= 23 && Number(found[3]) <= 59 && Number(found[4]) <= 59
}

const isTimeUnit = (unit: string): boolean => /^(?:ns|us|µs|ms|s|m|h|hr|d|w|wk)$|^(?:nano|micro|milli|sec|min|hour|day|week)/.test(unit)

/** Go's `time.ParseDuration`, ISO 8601, or strfmt's own words such as `3 weeks`. */
function isDuration(text: string): boolean {
  if (/^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return true
  if (/^P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/.test(text)) return true
  // strfmt looks for pieces such as `3 weeks` anywhere and takes the text when one has a unit it knows.
  return [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => isTimeUnit(unit.toLowerCase()))
}

const hasControls = (text: string): boolean => [...text].some((point) => point < ' ' || point === '\u007f')

/** Go's `url.ParseRequestURI`: absolute, or a path from the root, or `*`. */
function isUri(text: string): boolean {
  if (text === '*') return true
  if (text === '' || hasControls(text) || /%(?![0-9A-Fa-f]{2})/.test(text)) return false
  if (text.startsWith('/')) return true
  const host = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(text)?.[1]
  if (host === undefined) return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)
  // What follows the last colon outside brackets is a port.
  return !/\s/.test(host) && !/:(?!\d*$)[^\]]*$/.test(host)
}

const name = '[a-zA-Z0-9\\p{S}\\p{L}]'
const hostname = new RegExp(`^(?:${name}(?:-?${name}{0,62})?|(?:${name}(?:(?:-|${name}){0,61}${name})?\\.)+[a-zA-Z\\p{L}]{2,63})$`, 'u')
const isHostname = (text: string): boolean => text.length <= 255 && hostname.test(text)

/** Go's `mail.ParseAddress`, which also takes `Name <address>`. */
function isEmail(text: string): boolean {
  const address = /^[^<>]*<([^<>]+)>$/.exec(text.trim())?.[1] ?? text.trim()
  const found = /^("(?:[^"\\]|\\.)*"|[^\s@<>()[\],;:"]+)@(\[[^[\]]+\]|[^\s@<>()[\],;:"]+)$/.exec(address)
  if (!found) return false
  return [found[1] ?? '', found[2] ?? ''].every((part) => part.startsWith('"') || !/^\.|\.$|\.\./.test(part))
}

const formats: Record<string, Format> = {
  bsonobjectid: { wants: '24 hexadecimal digits', accepts: by(/^[0-9a-fA-F]{24}$/) },
  byte: { wants: 'base64 text', accepts: by(/^(?!$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/) },
  cidr: { wants: 'an address range such as 10.0.0.0/24', accepts: isCidr },
  date: { wants: 'a date such as 2026-11-30', accepts: isDate },
  'date-time': { wants: 'a time such as 2026-11-30T12:00:00Z', accepts: isDateTime },
  datetime: { wants: 'a time such as 2026-11-30T12:00:00Z', accepts: isDateTime },
  duration: { wants: 'a duration such as 90s or 1h30m', accepts: isDuration },
  email: { wants: 'an email address', accepts: isEmail },
  hexcolor: { wants: 'a colour such as #1f6feb', accepts: by(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/) },
  hostname: { wants: 'a host name such as db.example.com', accepts: isHostname },
  ipv4: { wants: 'an IPv4 address such as 10.0.0.1', accepts: isIpv4 },
  ipv6: { wants: 'an IPv6 address such as fd00::1', accepts: isIpv6 },
  'k8s-long-name': {
    wants: 'small letters, digits, "-" and ".", such as db.example',
    accepts: (text) => text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text),
  },
  'k8s-short-name': { wants: 'small letters, digits and "-", at most 63', accepts: by(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/) },
  mac: {
    wants: 'a hardware address such as 00:1b:44:11:3a:b7',
    accepts: by(
      /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}(?:(?:[0-9a-f]{2}\1){2})?[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4}|[0-9a-f]{12}|[0-9a-f]{16})$/i,
    ),
  },
  rgbcolor: {
    wants: 'a colour such as rgb(31,111,235)',
    accepts: by(/^rgb\(\s*(?:25[0-5]|2[0-4]\d|1?\d?\d)\s*(?:,\s*(?:25[0-5]|2[0-4]\d|1?\d?\d)\s*){2}\)$/),
  },
  ssn: { wants: 'a number such as 111-22-3333', accepts: by(/^\d{3}[- ]\d{2}[- ]\d{4}$/) },
  uri: { wants: 'an address such as https://example.com/path', accepts: isUri },
  uuid: { wants: 'a UUID', accepts: by(uuid('[0-9a-f]')) },
  uuid3: { wants: 'a UUID of version 3', accepts: by(uuid('3')) },
  uuid4: { wants: 'a UUID of version 4', accepts: by(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i) },
  uuid5: { wants: 'a UUID of version 5', accepts: by(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i) },
}

/** The format of that name, or undefined when the server does not check it (or we cannot). */
export const formatNamed = (name: string): Format | undefined => (Object.hasOwn(formats, name) ? formats[name] : undefined)

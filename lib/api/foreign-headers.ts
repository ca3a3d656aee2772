/**
 * Headers that would speak for somebody else further on: to an API server (`Impersonate-*`, `X-Remote-*`) or to the web framework
 * itself. Corbel copies no header of a request into another, so they would do nothing; whoever sends one is up to something, or sits
 * behind a proxy that is set up wrongly, and is told so. Some servers take `_` for `-`, so both are looked at.
 */
import { Forbidden } from '#lib/errors.ts'

const foreign = /^(impersonate-|x-remote-(user|group|uid|extra)|x-middleware-subrequest)/

const isForeign = (name: string): boolean => foreign.test(name.trim().toLowerCase().replaceAll('_', '-'))

/** The first header that is refused, or that `Connection` asks to have taken out on the way; undefined where there is none. */
export function foreignHeader(headers: Headers): string | undefined {
  for (const [name, value] of headers) {
    if (isForeign(name)) return name
    const dropped = name === 'connection' || name === 'proxy-connection' ? value.split(',').find(isForeign) : undefined
    if (dropped !== undefined) return dropped.trim().toLowerCase()
  }
  return undefined
}

/** Throws Forbidden where a request carries such a header. */
export function refuseForeignHeaders(headers: Headers): void {
  const name = foreignHeader(headers)
  if (name !== undefined)
    throw new Forbidden(`This request carries the header "${name.slice(0, 60)}", which Corbel takes from nobody. Look at what sends it.`)
}

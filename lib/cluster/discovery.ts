import { NotFound } from '#lib/errors.ts'
import { isObject, valueAt } from '#lib/json.ts'
import { itemsOf, type KindRef } from './kubernetes-object.ts'
import type { Call } from './request.ts'

/** How a kind is served. */
export interface ServedKind {
  plural: string
  namespaced: boolean
}

const keptMs = 60_000

/**
 * Which plural a kind has, asked of the API server once a minute per group and version. Kinds are no secret: what one
 * identity learned is used for all. A kind that is not there is asked for anew each time, so a definition just installed is found.
 */
export function discovery(): { find: (kind: KindRef, call: Call) => Promise<ServedKind> } {
  const known = new Map<string, { kinds: Map<string, ServedKind>; until: number }>()

  const ask = async (apiVersion: string, kind: string, call: Call): Promise<Map<string, ServedKind>> => {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { value } = await call({ method: 'GET', path, attempted: { verb: 'get', kind, namespace: undefined, name: undefined } })
    const kinds = new Map<string, ServedKind>()
    for (const entry of itemsOf(valueAt(value, ['resources'])).filter(isObject)) {
      const { name, kind: entryKind, namespaced } = entry
      // names with a slash are subresources
      if (typeof name === 'string' && typeof entryKind === 'string' && !name.includes('/'))
        kinds.set(entryKind, { plural: name, namespaced: namespaced === true })
    }
    known.set(apiVersion, { kinds, until: Date.now() + keptMs })
    return kinds
  }

  return {
    find: async ({ apiVersion, kind, plural, namespaced }, call) => {
      if (plural !== undefined && namespaced !== undefined) return { plural, namespaced }
      const kept = known.get(apiVersion)
      const found = kept && kept.until > Date.now() ? kept.kinds.get(kind) : undefined
      const answer = found ?? (await ask(apiVersion, kind, call)).get(kind)
      if (!answer) throw new NotFound(`The cluster does not serve ${kind} (${apiVersion}). Is its definition installed?`)
      return answer
    },
  }
}

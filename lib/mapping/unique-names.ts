/** Names for the manifests of one import: resources of one kind and namespace may share an id in the cloud, and never a name in the cluster. Pure. */
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { manifestName } from './identity.ts'

/** A manifest that wants a name. */
export interface NameWish {
  /** `Kind.group`, or whatever tells kinds apart. */
  kind: string
  namespace: string
  name: string
  /** Where the resource stands; makes the better name where ids clash. */
  place?: string | undefined
  /** Tells the resource from all others, always the same: `liveIdentity`, or the asset's name. */
  identity: string
}

const longest = 253

/**
 * A name for every wish, in their order. Names that only one wishes for stay; those that several wish for get the place, else a short
 * number made of the identity: the same resources get the same names in every order and in every run. `isTaken` knows names that other
 * resources have already.
 */
export function uniqueNames(wishes: readonly NameWish[], isTaken: (wish: NameWish, name: string) => boolean = () => false): string[] {
  const given = new Map<string, string>()
  const group = (wish: NameWish, name: string): string => `${wish.kind}\n${wish.namespace}\n${name}`
  const count = (names: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const [index, wish] of wishes.entries()) {
      const key = group(wish, names[index] ?? '')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts
  }
  const plain = wishes.map(({ name }) => manifestName(name))
  const wanted = count(plain)
  const placed = wishes.map((wish, index) => {
    const name = plain[index] ?? ''
    const clashes = (wanted.get(group(wish, name)) ?? 0) > 1 || isTaken(wish, name)
    return clashes && wish.place ? withEnding(name, manifestName(wish.place)) : name
  })
  const second = count(placed)
  const names: string[] = []
  for (const [index, wish] of wishes.entries()) {
    const name = placed[index] ?? ''
    const isFree = (candidate: string): boolean => !isTaken(wish, candidate) && !given.has(group(wish, candidate))
    // A name that clashes only because another got its place must not take it first: it counts as wished for by both.
    let chosen = second.get(group(wish, name)) === 1 && isFree(name) ? name : withEnding(name, shortHash(wish.identity))
    for (let turn = 2; !isFree(chosen); turn += 1) chosen = withEnding(name, shortHash(`${wish.identity}\n${turn}`))
    given.set(group(wish, chosen), wish.identity)
    names.push(chosen)
  }
  return names
}

function withEnding(name: string, ending: string): string {
  return manifestName(`${name.slice(0, longest - ending.length - 1)}-${ending}`)
}

/** Six letters and digits of a text (FNV-1a): for names, not for secrets. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash.toString(36).padStart(7, '0').slice(-6)
}

/**
 * The manifests of one asset with another name for the first of them, the resource itself: references of the others to it follow, and
 * the id in the cloud stays what it was.
 */
export function withName(manifests: readonly JsonObject[], name: string): JsonObject[] {
  const [resource, ...others] = manifests
  if (!resource) return []
  const before = textAt(resource, 'metadata', 'name')
  if (before === name) return [...manifests]
  return [renamed(resource, name), ...others.map((other) => pointedTo(other, textAt(resource, 'kind'), before, name))]
}

/** One manifest under another name. */
export function renamed(manifest: JsonObject, name: string): JsonObject {
  return { ...manifest, metadata: { ...(isObject(manifest.metadata) ? manifest.metadata : {}), name } }
}

/** A manifest whose references to one resource of the same asset use its new name. */
function pointedTo(manifest: JsonObject, kind: string | undefined, before: string | undefined, after: string): JsonObject {
  const reference = valueAt(manifest, ['spec', 'resourceRef'])
  if (!isObject(reference) || !isObject(manifest.spec) || reference.kind !== kind || reference.name !== before) return manifest
  return { ...manifest, spec: { ...manifest.spec, resourceRef: { ...reference, name: after } } }
}

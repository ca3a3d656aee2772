/**
 * One import from the first asset to the last. Each asset is converted as it comes; what only shows when all have been seen is done in a
 * second pass: project ids for numbers, parts that are assets of their own, references between the manifests, and names that two
 * resources want. Keeps some two hundred bytes for each resource, and nothing else.
 */
import type { Json, JsonObject } from '#lib/json.ts'
import { textAt } from '#lib/json.ts'
import type { Catalogue } from './catalogue.ts'
import { type Conversion, convertAsset, refusedWith } from './convert-asset.ts'
import { joinedTo, withJoined } from './joined-assets.ts'
import { type LinkContext, linkReferences, type NamedResource } from './link-references.ts'
import { liveIdentity } from './live-identity.ts'
import { projectNumberAndId } from './project-ids.ts'
import { type NameWish, uniqueNames, withName } from './unique-names.ts'

export interface ImportSession {
  /** First pass: the conversion; undefined when the asset has to wait for the others (see `again`). */
  first: (asset: Json) => Conversion | undefined
  /** Between the passes: all assets have been seen. */
  turn: () => void
  /** Second pass, for assets that had to wait. */
  again: (asset: Json) => Conversion
  /** Second pass, for every conversion: its manifests with their references and their final names. */
  finish: (manifests: JsonObject[]) => JsonObject[]
}

/** Begins an import. No function throws. */
export function importSession(catalogue: Catalogue): ImportSession {
  const projectIds = new Map<string, string>()
  /** The name that each resource's id gives it, and the other names of those that cannot have it. */
  const nameOf = new Map<string, string>()
  /** Parts by the asset they belong to, and the assets that may have parts. */
  const parts = new Map<string, Json[]>()
  const wholes = new Set<string>()
  let otherName = new Map<string, string>()
  const nameFor = (identity: string): string | undefined => otherName.get(identity) ?? nameOf.get(identity)
  const find = (identity: string): NamedResource | undefined => {
    const name = nameFor(identity)
    return name === undefined ? undefined : { kind: partsOf(identity).kind, name, namespace: '' }
  }
  const context: LinkContext = { projectIds, find }
  const identityOf = (manifests: readonly JsonObject[]): string | undefined => manifests[0] && liveIdentity(manifests[0], { projectIds })
  const convert = (asset: Json): Conversion => convertAsset(asset, catalogue, { projectIds })

  return {
    first: (asset) => {
      const project = projectNumberAndId(asset)
      if (project) projectIds.set(project.number, project.id)
      const whole = joinedTo(asset, catalogue)
      if (whole !== undefined) {
        parts.set(whole, [...(parts.get(whole) ?? []), asset])
        return undefined
      }
      const conversion = convert(asset)
      const [resource] = conversion.manifests
      const identity = identityOf(conversion.manifests)
      if (identity !== undefined) nameOf.set(identity, textAt(resource, 'metadata', 'name') ?? '')
      const hasParts = catalogue.mayHaveParts(textAt(resource, 'kind') ?? '')
      if (hasParts) wholes.add(textAt(asset, 'name') ?? '')
      return hasParts || projectIsNumber(resource) ? undefined : conversion
    },
    turn: () => {
      for (const [identity, name] of [...nameOf]) {
        const known = withProjectId(identity, projectIds)
        if (known === identity) continue
        nameOf.delete(identity)
        nameOf.set(known, name)
      }
      otherName = otherNames(nameOf)
    },
    again: (asset) => {
      const whole = joinedTo(asset, catalogue)
      if (whole !== undefined && wholes.has(whole)) return refusedWith('managed', `It stands in the manifest of ${whole}.`)
      return convert(withJoined(asset, parts.get(textAt(asset, 'name') ?? '') ?? [], catalogue))
    },
    finish: (manifests) => {
      const identity = identityOf(manifests)
      const name = identity === undefined ? undefined : nameFor(identity)
      const linked = manifests.map((manifest) => {
        const kind = catalogue.load(textAt(manifest, 'kind') ?? '')
        return kind ? linkReferences(manifest, kind, context) : manifest
      })
      return name === undefined ? linked : withName(linked, name)
    },
  }
}

/** Names for those that want the name of another one of their kind. */
function otherNames(nameOf: ReadonlyMap<string, string>): Map<string, string> {
  const owners = new Map<string, string[]>()
  for (const [identity, name] of nameOf) {
    const key = `${partsOf(identity).kind}\n${name}`
    const there = owners.get(key)
    if (there) there.push(identity)
    else owners.set(key, [identity])
  }
  const wishes = [...owners.values()]
    .filter((identities) => identities.length > 1)
    .flat()
    .toSorted()
    .map((identity): NameWish => ({ ...partsOf(identity), namespace: '', name: nameOf.get(identity) ?? '', identity }))
  const names = uniqueNames(wishes, ({ kind, name }, candidate) => candidate !== name && owners.has(`${kind}\n${candidate}`))
  return new Map(wishes.map(({ identity }, index) => [identity, names[index] ?? '']))
}

/** Kind and place of an identity (`identityKey`). */
function partsOf(identity: string): { kind: string; place: string | undefined } {
  const [kind, , place]: string[] = JSON.parse(identity)
  return { kind: kind ?? '', place: place === '' ? undefined : place }
}

/** Whether the manifest knows its project by the number only. */
const projectIsNumber = (manifest: JsonObject | undefined): boolean =>
  /^\d+$/.test(textAt(manifest, 'metadata', 'annotations', 'cnrm.cloud.google.com/project-id') ?? '')

/** An identity (`identityKey`) with the project's id instead of its number. */
function withProjectId(identity: string, projectIds: ReadonlyMap<string, string>): string {
  const [, before, number] = /^(\["[^"]*",")(\d+)"/.exec(identity) ?? []
  const id = number === undefined ? undefined : projectIds.get(number)
  return before === undefined || number === undefined || id === undefined
    ? identity
    : `${before}${id}${identity.slice(before.length + number.length)}`
}

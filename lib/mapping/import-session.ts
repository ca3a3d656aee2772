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
  const wishes = new Map<string, NameWish>()
  /** Parts by the asset they belong to, and the assets that may have parts. */
  const parts = new Map<string, Json[]>()
  const wholes = new Set<string>()
  let names = new Map<string, string>()
  const context: LinkContext = { projectIds, find: (identity) => namedResource(wishes.get(identity), names.get(identity)) }
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
      const wish = wishOf(resource, identityOf(conversion.manifests))
      if (wish) wishes.set(wish.identity, wish)
      const hasParts = catalogue.mayHaveParts(textAt(resource, 'kind') ?? '')
      if (hasParts) wholes.add(textAt(asset, 'name') ?? '')
      return hasParts || projectIsNumber(resource) ? undefined : conversion
    },
    turn: () => {
      for (const [identity, wish] of [...wishes]) {
        const known = withProjectId(identity, projectIds)
        if (known === identity) continue
        wishes.delete(identity)
        wishes.set(known, { ...wish, identity: known })
      }
      const all = [...wishes.values()].toSorted((a, b) => (a.identity < b.identity ? -1 : 1))
      const chosen = uniqueNames(all)
      names = new Map(all.map(({ identity }, index) => [identity, chosen[index] ?? '']))
    },
    again: (asset) => {
      const whole = joinedTo(asset, catalogue)
      if (whole !== undefined && wholes.has(whole)) return refusedWith('managed', `It stands in the manifest of ${whole}.`)
      return convert(withJoined(asset, parts.get(textAt(asset, 'name') ?? '') ?? [], catalogue))
    },
    finish: (manifests) => {
      const identity = identityOf(manifests)
      const name = identity === undefined ? undefined : names.get(identity)
      const linked = manifests.map((manifest) => {
        const kind = catalogue.load(textAt(manifest, 'kind') ?? '')
        return kind ? linkReferences(manifest, kind, context) : manifest
      })
      return name === undefined ? linked : withName(linked, name)
    },
  }
}

function wishOf(manifest: JsonObject | undefined, identity: string | undefined): NameWish | undefined {
  const kind = textAt(manifest, 'kind')
  const name = textAt(manifest, 'metadata', 'name')
  if (!kind || !name || identity === undefined) return undefined
  const place = ['location', 'region', 'zone'].map((key) => textAt(manifest, 'spec', key)).find((text) => text !== undefined)
  return { kind, namespace: '', name, identity, place }
}

function namedResource(wish: NameWish | undefined, name: string | undefined): NamedResource | undefined {
  return wish && name !== undefined ? { kind: wish.kind, name, namespace: '' } : undefined
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

/**
 * An asset and its manifests as lines that know each other: every leaf of the asset stands on a line of its own, with what became of it;
 * every line of a manifest knows its field. Pure.
 */
import type { ImportLeaf } from '#lib/imports/contract.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import { pathsAtOffsets } from '#lib/manifest/locate.ts'

export interface AssetLine {
  /** The path as text; unique. */
  key: string
  path: JsonPath
  depth: number
  label: string
  /** The value of a leaf as text; null for objects and lists, whose parts follow. */
  value: string | null
  leaf: ImportLeaf | null
}

export interface ManifestLine {
  text: string
  path: JsonPath
}

const keyOf = (path: JsonPath): string => JSON.stringify(path)

/** Whether `path` is `above` or below it. */
const isWithin = (path: JsonPath, above: JsonPath): boolean => path.length >= above.length && above.every((part, at) => part === path[at])

/** The part of an asset that the account speaks of: its data, where the whole asset is given. */
export function assetData(asset: Json): Json {
  const resource = isObject(asset) ? asset.resource : undefined
  return isObject(resource) && resource.data !== undefined ? resource.data : asset
}

/** The lines of an asset's data, at most `limit`. */
export function assetLines(data: Json, leaves: readonly ImportLeaf[], limit = Number.POSITIVE_INFINITY): AssetLine[] {
  const byKey = new Map(leaves.map((leaf) => [keyOf(leaf.from), leaf]))
  const lines: AssetLine[] = []
  const draw = (value: Json, path: JsonPath, depth: number): void => {
    const label = path.at(-1)
    const parts: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : []
    const key = keyOf(path)
    if (label !== undefined) {
      if (lines.length >= limit) return
      const isLeaf = parts.length === 0
      lines.push({
        key,
        path,
        depth,
        label: typeof label === 'number' ? `[${label}]` : label,
        value: isLeaf ? (typeof value === 'string' ? value : JSON.stringify(value)) : null,
        leaf: byKey.get(key) ?? null,
      })
    }
    for (const [part, inside] of parts) draw(inside, [...path, part], label === undefined ? 0 : depth + 1)
  }
  draw(data, [], 0)
  return lines
}

/** The lines of a manifest's text with the field each stands for; comments and text that cannot be read stand for none. */
export function manifestLines(text: string): ManifestLine[] {
  const lines = text.replace(/\n$/, '').split('\n')
  let offset = 0
  const offsets = lines.map((line) => {
    const begin = offset + (/^[\s-]*/.exec(line)?.[0].length ?? 0)
    offset += line.length + 1
    return begin
  })
  const paths = pathsAtOffsets(text, 0, offsets)
  return lines.map((line, index) => ({ text: line, path: /^\s*(#|$)/.test(line) ? [] : (paths[index] ?? []) }))
}

/** The lines of a manifest that a path stands on; of a path that is not there, its nearest parent's first line. */
export function linesAt(lines: readonly ManifestLine[], path: JsonPath): number[] {
  for (let length = path.length; length > 0; length -= 1) {
    const wanted = path.slice(0, length)
    const found = lines.flatMap((line, index) => (line.path.length > 0 && isWithin(line.path, wanted) ? [index] : []))
    if (found.length > 0) return length === path.length ? found : found.slice(0, 1)
  }
  return []
}

/** The keys of the asset's leaves that a field of a manifest, or something inside it, was written from. */
export function leavesOf(leaves: readonly ImportLeaf[], manifest: number, path: JsonPath): string[] {
  if (path.length === 0) return []
  return leaves.flatMap((leaf) => (leaf.to && (leaf.manifest ?? 0) === manifest && isWithin(leaf.to, path) ? [keyOf(leaf.from)] : []))
}

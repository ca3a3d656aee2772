/** The whole way of one asset: read, find its kind, convert, judge. Pure; never throws. */
import { CorbelError } from '#lib/errors.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import type { Account } from './account.ts'
import { readAsset } from './asset.ts'
import type { Catalogue } from './catalogue.ts'
import { Refusal, type RefusalReason } from './refusal.ts'
import { type MappingContext, toManifest } from './to-manifest.ts'

export interface Conversion {
  /** Empty when the asset was refused. */
  manifests: JsonObject[]
  account: Account | null
  refused: { reason: RefusalReason; message: string } | null
}

/** Converts one asset as it came from the inventory. */
export function convertAsset(value: Json, catalogue: Catalogue, context: MappingContext): Conversion {
  try {
    const asset = readAsset(value)
    const head = catalogue.kindOf(asset)
    const kind = head && catalogue.load(head.kind)
    if (!kind) throw new Refusal('unsupported', `No kind of the cluster stands for ${asset.assetType}.`)
    const { manifest, account } = toManifest(asset, kind, context)
    return { manifests: [manifest], account, refused: null }
  } catch (error) {
    if (error instanceof Refusal) return { manifests: [], account: null, refused: { reason: error.reason, message: error.message } }
    if (error instanceof CorbelError) return { manifests: [], account: null, refused: { reason: 'malformed', message: error.message } }
    throw error
  }
}

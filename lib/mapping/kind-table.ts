/** The form of a kind's table: what the general rules cannot know about it. The tables that ship are `kind-tables.ts`; operators may bring their own (`ImportMapping`). Pure data. */
import type { Json } from '#lib/json.ts'
import type { LeafFate } from './account.ts'
import type { RefusalReason } from './refusal.ts'

/** Steps into the asset's data; `*` stands for every entry of a list or map. */
export type SourcePath = readonly string[]

export interface KindTable {
  kind: string
  /** Asset types that become this kind, where the names do not tell: `ovens.example.com/Oven`. */
  assetTypes?: readonly string[]
  /** Where values go. */
  fields?: readonly FieldRule[]
  /** Parts of the asset that are nobody's to set, or stand elsewhere. */
  leave?: readonly { from: SourcePath; fate: Exclude<LeafFate, 'written'>; why: string }[]
  /** Fields that follow from something being there. `to` is a path from the spec. */
  set?: readonly { to: readonly string[]; value: Json; when: SourcePath }[]
  /** Fields of the spec that say the same in different ways: the first one present stays; `first` comes before all but the first of them where the asset has a value at `when`. */
  exclusive?: readonly { fields: readonly string[]; first?: { field: string; when: SourcePath } }[]
  /** Where the labels stand that go into the manifest's metadata, when it is not the usual place: the first that is there. */
  labels?: readonly SourcePath[]
  /** Where the resource's id stands, when its name does not say it. */
  id?: { from: SourcePath; take?: 'last-part' | 'local-part' }
  /** Lists of resources inside the asset that are kinds of their own; `collection` is their word in names. */
  parts?: readonly { from: SourcePath; kind: string; collection: string }[]
  /** Assets of other types, one step below this one, that stand in this kind's manifest: as a list at the key `as` of the data. */
  joins?: readonly { assetType: string; as: string }[]
  /** What is not imported, by a value at a path; `name` stands for the resource's id. */
  refuse?: readonly RefuseRule[]
  /** Where the resource stands when neither its name nor its data say it. */
  place?: string
  /** The field of the live resource that the controller fills with the manifest's name. */
  nameFills?: SourcePath
  /** What the controller is known to do at the first reconcile, whatever the manifest says: a sentence. */
  alwaysUpdates?: string
  /** Why the controller cannot find the live resource again, and would make another one: a sentence. */
  makesAnother?: string
}

/** A rule holds when the value is there and equals `is`, fits `matches` or `atLeast`, or, without these, is there at all. */
export interface RefuseRule {
  from: SourcePath
  is?: Json
  matches?: string
  /** For numbers: this one or greater. */
  atLeast?: number
  reason: RefusalReason
  /** A sentence for people. */
  why: string
}

export interface FieldRule {
  from: SourcePath
  /** From the field that the object holding the key goes to. Empty: the key is a wrapper that the kind does not have; its parts have rules. */
  to: readonly string[]
  as?: Recoding
  /** Entries of a list (or the object itself) that go to different fields: the first condition that holds. */
  choose?: readonly Choice[]
}

export interface Choice {
  /** Keys and the values they must have; without it, all that is left. */
  where?: Readonly<Record<string, Json>>
  /** For entries that are texts: what they must look like. */
  matches?: string
  to: readonly string[]
  /** The key whose value is taken instead of the whole entry. */
  take?: string
}

/** Values that are said in another way. */
export interface Recoding {
  /** Old value (as text) to new value. */
  values?: Readonly<Record<string, Json>>
  /** The last part of a name. */
  lastPart?: true
  /** A map to a list: the field that gets the key. */
  keyField?: string
}

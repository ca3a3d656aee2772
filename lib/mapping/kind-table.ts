/** The form of a kind's table: what the general rules cannot know about it. The tables that ship are `kind-tables.ts`; operators may bring their own (`ImportMapping`). Pure data. */
import type { Json } from '#lib/json.ts'

/** Steps into the asset's data; `*` stands for every entry of a list or map. */
export type SourcePath = readonly string[]

export interface KindTable {
  kind: string
  /** Where values go. `to` starts at the field the object holding the key goes to; `..` leaves it. */
  fields?: readonly FieldRule[]
  /** Parts of the asset that are nobody's to set, with the reason. */
  leave?: readonly { from: SourcePath; fate: 'output-only' | 'default' | 'unreadable'; why: string }[]
  /** Values no manifest states and the kind asks for. */
  set?: readonly { to: readonly string[]; value: Json; when?: SourcePath }[]
  /** Where the labels stand that go into the manifest's metadata, when it is not the usual place. */
  labels?: SourcePath
  /** Where the resource's id stands, when its name does not say it. */
  id?: { from: SourcePath; take?: 'last-part' | 'local-part' }
  /** Reasons not to import: a value at a path. */
  refuse?: readonly { from: SourcePath; is?: Json; matches?: string; why: string }[]
}

export interface FieldRule {
  from: SourcePath
  to: readonly string[]
  /** What to do with the value; without it, the general forms. */
  as?: Recoding
}

/** Values that are said in other words: old value (as text) to new value. */
export interface Recoding {
  values?: Readonly<Record<string, Json>>
  /** A map to a list: the names of the key's and the value's field. */
  entries?: { key: string; value?: string }
  /** A whole value as JSON text. */
  json?: true
}

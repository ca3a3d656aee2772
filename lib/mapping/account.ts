/**
 * The account of an asset: what became of every leaf. A leaf is a scalar, or an object or list that is empty. Each leaf stands in it
 * exactly once. Pure.
 */
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import type { Transform } from './transforms.ts'

/**
 * `written` into a manifest · `output-only`: the service says it, nobody sets it · `default`: empty, or what unset means ·
 * `unreadable`: secret, or withheld by the inventory · `unmapped`: nobody knows where it goes; a person must look.
 */
export type LeafFate = 'written' | 'output-only' | 'default' | 'unreadable' | 'unmapped'

export interface AccountEntry {
  /** Where the leaf stands in the asset's data. */
  from: JsonPath
  fate: LeafFate
  /** Where it was written, from the root of the manifest. */
  to?: JsonPath
  /** Which of the asset's manifests; the first where left out. */
  manifest?: number
  /** How it was written. */
  by?: Transform
  /** A clause for people: why it was not written. */
  why?: string
}

export interface Account {
  entries: AccountEntry[]
  /** Fields of the manifest that hold secrets: nobody can read whether they are set; `*` stands for every entry of a list. */
  unreadable: readonly JsonPath[]
}

export const emptyAccount = (): Account => ({ entries: [], unreadable: [] })

/** Notes what became of every leaf of a value. */
export function noteLeaves(account: Account, value: Json, from: JsonPath, note: Omit<AccountEntry, 'from'>): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) noteLeaves(account, item, [...from, index], note)
  } else if (isObject(value)) {
    const keys = Object.keys(value)
    if (keys.length === 0) account.entries.push({ from, ...note })
    for (const key of keys) noteLeaves(account, value[key] ?? null, [...from, key], note)
  } else account.entries.push({ from, ...note })
}

/** What was noted as written since `mark` was not written after all. */
export function takeBack(account: Account, mark: number, why: string): void {
  for (let at = mark; at < account.entries.length; at += 1) {
    const entry = account.entries[at]
    if (entry?.fate === 'written') account.entries[at] = { from: entry.from, fate: 'unmapped', why }
  }
}

/** How many leaves met each fate. */
export function countFates({ entries }: Account): Record<LeafFate, number> {
  const counts: Record<LeafFate, number> = { written: 0, 'output-only': 0, default: 0, unreadable: 0, unmapped: 0 }
  for (const { fate } of entries) counts[fate] += 1
  return counts
}

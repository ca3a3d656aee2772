/**
 * What the form shows beyond the document: fields somebody opened that are not set yet, sections that are open, the
 * field that has the focus. Lives beside the document's store, outside React, for the same reason: a section that opens
 * concerns that section, and a field that gets the focus concerns nobody in the form.
 */
import { pathKey } from '#components/create/manifest-store.ts'
import type { Json, JsonPath } from '#lib/json.ts'
import { openAtFirst } from './open-at-first.ts'

/** A wish to bring a field before the person's eyes; `at` grows so that the same field can be wished for twice. */
export interface FocusRequest {
  path: JsonPath
  at: number
}

export class FormView {
  readonly #revealed = new Set<string>()
  readonly #open = new Map<string, boolean>()
  /** How many items of a long list are drawn, where it is not the usual number. */
  readonly #drawn = new Map<string, number>()
  readonly #listeners = new Set<() => void>()
  readonly #byPath = new Map<string, Set<() => void>>()
  readonly #versions = new Map<string, number>()
  /** The sections of a large document that are open to begin with; undefined when all are. */
  readonly #atFirst: ReadonlySet<string> | undefined
  #request: FocusRequest | undefined
  #focused: JsonPath | undefined

  /** `value` is what the document holds when the form is first drawn. */
  constructor(value: Json = {}) {
    this.#atFirst = openAtFirst(value)
  }

  /** Whether the document has more fields than are drawn at once. */
  get isLarge(): boolean {
    return this.#atFirst !== undefined
  }

  /** Listens to which field has or should have the focus. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Listens to what is shown at one path. */
  subscribeAt(path: JsonPath, listener: () => void): () => void {
    const key = pathKey(path)
    const here = this.#byPath.get(key) ?? new Set()
    this.#byPath.set(key, here)
    here.add(listener)
    return () => {
      here.delete(listener)
      if (here.size === 0 && this.#byPath.get(key) === here) this.#byPath.delete(key)
    }
  }

  /** Grows with every change of what is shown at a path. */
  versionAt(path: JsonPath): number {
    return this.#versions.get(pathKey(path)) ?? 0
  }

  readonly request = (): FocusRequest | undefined => this.#request
  readonly focused = (): JsonPath | undefined => this.#focused

  isRevealed(path: JsonPath): boolean {
    return this.#revealed.has(pathKey(path))
  }

  /** Whether a section is open: as it was left, else `fallback`, which in a large document holds for its first sections only. */
  isOpen(path: JsonPath, fallback: boolean): boolean {
    const key = pathKey(path)
    const known = this.#open.get(key)
    if (known !== undefined || !fallback) return known ?? false
    const open = this.#atFirst === undefined || this.#atFirst.has(key)
    // what was open once stays open, however the document grows
    this.#open.set(key, open)
    return open
  }

  setOpen(path: JsonPath, open: boolean): void {
    this.#open.set(pathKey(path), open)
    this.#tellAt(path)
  }

  setAllOpen(paths: readonly JsonPath[], open: boolean): void {
    for (const path of paths) this.setOpen(path, open)
  }

  /** How many items of a list are drawn. */
  drawnItems(path: JsonPath, usual: number): number {
    return Math.max(usual, this.#drawn.get(pathKey(path)) ?? 0)
  }

  drawItems(path: JsonPath, count: number): void {
    this.#drawn.set(pathKey(path), count)
    this.#tellAt(path)
  }

  /** Shows a field with everything above it opened, and puts the focus into it. */
  reveal(path: JsonPath): void {
    // the name stands above the section of the labels, not in it
    const isName = path[0] === 'metadata' && path[1] === 'name'
    for (let length = 1; length <= path.length; length++) {
      const above = path.slice(0, length)
      this.#revealed.add(pathKey(above))
      if (!isName) this.#open.set(pathKey(above), true)
      const key = above.at(-1)
      const list = above.slice(0, -1)
      if (typeof key === 'number') this.#drawn.set(pathKey(list), Math.max(key + 1, this.#drawn.get(pathKey(list)) ?? 0))
    }
    this.#request = { path, at: (this.#request?.at ?? 0) + 1 }
    for (let length = 0; length <= path.length; length++) this.#tellAt(path.slice(0, length))
    this.#tell()
  }

  /** A field somebody took out again is no longer shown because it was opened once. */
  forget(path: JsonPath): void {
    this.#revealed.delete(pathKey(path))
    this.#open.delete(pathKey(path))
    this.#tellAt(path.slice(0, -1))
    this.#tellAt(path)
  }

  /** Items of a list stand elsewhere now: what was open moves along. `to` gives an item's new index, undefined for one that is gone. */
  renumber(list: JsonPath, to: (index: number) => number | undefined): void {
    const moved = (key: string): string | undefined => {
      const path: JsonPath = JSON.parse(key)
      const index = path[list.length]
      if (typeof index !== 'number' || !list.every((part, at) => part === path[at])) return key
      const now = to(index)
      return now === undefined ? undefined : pathKey([...list, now, ...path.slice(list.length + 1)])
    }
    rekey(this.#open, moved)
    rekey(this.#drawn, moved)
    const revealed = [...this.#revealed]
    this.#revealed.clear()
    for (const key of revealed) {
      const now = moved(key)
      if (now !== undefined) this.#revealed.add(now)
    }
    for (const key of [...this.#byPath.keys()]) {
      const path: JsonPath = JSON.parse(key)
      if (list.every((part, at) => part === path[at])) this.#tellAt(path)
    }
  }

  /** The field the keyboard is in, for lighting its lines in the YAML. */
  setFocused(path: JsonPath | undefined): void {
    if (this.#focused && path && pathKey(this.#focused) === pathKey(path)) return
    this.#focused = path
    this.#tell()
  }

  #tellAt(path: JsonPath): void {
    const key = pathKey(path)
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1)
    for (const listener of [...(this.#byPath.get(key) ?? [])]) listener()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function rekey<Value>(map: Map<string, Value>, moved: (key: string) => string | undefined): void {
  const entries = [...map]
  map.clear()
  for (const [key, value] of entries) {
    const now = moved(key)
    if (now !== undefined) map.set(now, value)
  }
}

/**
 * What the form shows beyond the document: fields somebody opened that are not set yet, sections that are open, the
 * field that has the focus. Lives beside the document's store, outside React, for the same reason.
 */
import { pathKey } from '#components/create/manifest-store.ts'
import type { JsonPath } from '#lib/json.ts'

/** A wish to bring a field before the person's eyes; `at` grows so that the same field can be wished for twice. */
export interface FocusRequest {
  path: JsonPath
  at: number
}

export class FormView {
  readonly #revealed = new Set<string>()
  readonly #open = new Map<string, boolean>()
  readonly #listeners = new Set<() => void>()
  #version = 0
  #request: FocusRequest | undefined
  #focused: JsonPath | undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Grows with every change; components that list fields follow it. */
  readonly version = (): number => this.#version
  readonly request = (): FocusRequest | undefined => this.#request
  readonly focused = (): JsonPath | undefined => this.#focused

  isRevealed(path: JsonPath): boolean {
    return this.#revealed.has(pathKey(path))
  }

  /** Whether a section is open: as somebody left it, else `fallback`. */
  isOpen(path: JsonPath, fallback: boolean): boolean {
    return this.#open.get(pathKey(path)) ?? fallback
  }

  setOpen(path: JsonPath, open: boolean): void {
    this.#open.set(pathKey(path), open)
    this.#tell()
  }

  /** Shows a field with everything above it opened, and puts the focus into it. */
  reveal(path: JsonPath): void {
    for (let length = 1; length <= path.length; length++) {
      const above = path.slice(0, length)
      this.#revealed.add(pathKey(above))
      this.#open.set(pathKey(above), true)
    }
    this.#request = { path, at: (this.#request?.at ?? 0) + 1 }
    this.#tell()
  }

  /** A field somebody took out again is no longer shown because it was opened once. */
  forget(path: JsonPath): void {
    this.#revealed.delete(pathKey(path))
    this.#tell()
  }

  /** The field the keyboard is in, for lighting its lines in the YAML. */
  setFocused(path: JsonPath | undefined): void {
    if (this.#focused && path && pathKey(this.#focused) === pathKey(path)) return
    this.#focused = path
    this.#tell()
  }

  #tell(): void {
    this.#version += 1
    for (const listener of this.#listeners) listener()
  }
}

/**
 * Listeners of single places in a JSON value. A change tells those whose place changed and nobody else, so that a key
 * press costs the same in a form of five fields and in one of a thousand.
 */
import { isObject, type Json, type JsonPath } from '#lib/json.ts'

interface Place {
  listeners: Set<() => void>
  below: Map<string | number, Place>
}

const newPlace = (): Place => ({ listeners: new Set(), below: new Map() })

const step = (value: Json | undefined, key: string | number): Json | undefined => {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined
  return isObject(value) && Object.hasOwn(value, String(key)) ? value[String(key)] : undefined
}

export class PathListeners {
  readonly #root = newPlace()

  /** Listens to one place; what it gives ends that. */
  add(path: JsonPath, listener: () => void): () => void {
    const way = [this.#root]
    let place = this.#root
    for (const key of path) {
      const next = place.below.get(key) ?? newPlace()
      place.below.set(key, next)
      place = next
      way.push(place)
    }
    place.listeners.add(listener)
    return () => {
      place.listeners.delete(listener)
      for (let at = way.length - 1; at > 0; at -= 1) {
        const here = way[at]
        const key = path[at - 1]
        if (!here || key === undefined || here.listeners.size > 0 || here.below.size > 0) break
        if (way[at - 1]?.below.get(key) === here) way[at - 1]?.below.delete(key)
      }
    }
  }

  /** Tells the listeners of every place whose value is another object or another scalar now. Equal parts must be the same object to count as equal. */
  tell(before: Json | undefined, after: Json | undefined): void {
    const told: (() => void)[] = []
    collect(this.#root, before, after, told)
    for (const listener of told) listener()
  }
}

function collect(place: Place, before: Json | undefined, after: Json | undefined, told: (() => void)[]): void {
  if (before === after) return
  told.push(...place.listeners)
  for (const [key, below] of place.below) collect(below, step(before, key), step(after, key), told)
}

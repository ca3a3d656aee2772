/** Which field of a kind a key of an asset means. General rules only; what they cannot tell stands in a kind's table. Pure. */
import type { Json } from '#lib/json.ts'
import { isObject } from '#lib/json.ts'
import { collectionOf } from './asset-name.ts'
import { synonymsOf } from './field-synonyms.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { collectionFitsKind, fold, singular, singulars } from './words.ts'

export interface FieldMatch {
  /** The fields on the way, from the object that has the key to the field the value goes to. */
  way: Target[]
  by: Transform
}

type Shape = 'text' | 'number' | 'boolean' | 'object' | 'list' | 'empty'

function shapeOf(value: Json): Shape {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : 'list'
  if (isObject(value)) return 'object'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean'
}

/** The collection a text (or the first text of a list) points into. */
function pointsInto(value: Json): string | undefined {
  const only = isObject(value) && Object.keys(value).length === 1 ? Object.values(value)[0] : undefined
  const text = Array.isArray(value) ? value[0] : (only ?? value)
  if (typeof text !== 'string') return undefined
  if (isAddress(text)) return addresses
  return /[/@]/.test(text) ? collectionOf(text) : undefined
}

/** Stands for "an IP address" where collections are told apart. */
const addresses = '(address)'

const isAddress = (text: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) || /^(?=[0-9a-f]*:)[0-9a-f:]{3,39}$/i.test(text)

/** The field that `key` with `value` means in `parent`; null when no rule knows. The answer depends on the key, the value's shape and what it points into, and is remembered. */
export function matchField(parent: Target, key: string, value: Json): FieldMatch | null {
  const shape = shapeOf(value)
  const collection = pointsInto(value)
  const memory = `${key}\n${shape}\n${collection ?? ''}`
  let found = parent.matches.get(memory)
  if (found === undefined) {
    found = find(parent, key, shape, collection)
    if (parent.matches.size < 10_000) parent.matches.set(memory, found)
  }
  return found
}

function find(parent: Target, key: string, shape: Shape, collection: string | undefined): FieldMatch | null {
  if (parent.fields.length === 0) return null
  const exact = parent.byKey.get(key)
  // Some kinds keep an old text field beside the reference that replaced it.
  const instead = exact?.type === 'string' && collection !== undefined ? parent.byKey.get(`${key}Ref`) : undefined
  if (instead?.isReference && fits(instead, collection ?? '')) return { way: [instead], by: 'reference' }
  if (exact) return within(exact, 'copy', shape, collection)
  const word = fold(key)
  if (word === '') return null
  const spelled = parent.byFold.get(word)
  if (spelled) return within(spelled, 'spelling', shape, collection)
  if (shape === 'text' || shape === 'list' || shape === 'number' || (shape === 'object' && collection !== undefined)) {
    const reference =
      referenceNamed(parent, word) ??
      referenceMeant(parent, word, collection) ??
      referenceOfSelf(parent, word) ??
      referenceEnding(parent, word) ??
      referenceAsked(parent, word)
    if (reference) return { way: [reference], by: 'reference' }
  }
  const counted = otherNumber(parent, word)
  if (counted) return within(counted, 'plural', shape, collection)
  for (const other of synonymsOf(word)) {
    const target = parent.byFold.get(other) ?? (shape === 'text' || shape === 'list' ? referenceNamed(parent, other) : undefined)
    if (target) return within(target, target.isReference ? 'reference' : 'synonym', shape, collection)
  }
  return null
}

/** The field itself; or, for a text whose field is a choice of references, the reference it means. */
function within(field: Target, by: Transform, shape: Shape, collection: string | undefined): FieldMatch {
  if (shape === 'text' && field.type === 'object' && !field.isReference) {
    const plain = collection === addresses ? field.byKey.get('ip') : undefined
    if (plain) return { way: [field, plain], by: 'sink' }
    const chosen = chooseReference(field, collection)
    if (chosen) return { way: [field, chosen], by: 'reference-choice' }
  }
  return { way: [field], by }
}

/** Among the references in an object, the one whose kind fits what a text points into; the only one, when there is one. */
export function chooseReference(target: Target, collection: string | undefined): Target | undefined {
  const references = target.fields.filter((field) => field.isReference)
  if (collection !== undefined) {
    const fitting = references.filter((field) => fits(field, collection))
    const ones = singulars(fold(collection))
    const best = fitting.find((field) => ones.includes(fold(field.key).replace(/refs?$/, ''))) ?? fitting[0]
    if (best) return best
  }
  return references.length === 1 ? references[0] : undefined
}

const endings = [
  'selflink',
  'resourcename',
  'fullname',
  'names',
  'name',
  'ids',
  'id',
  'uris',
  'uri',
  'urls',
  'url',
  'links',
  'link',
  'emails',
  'email',
  'resource',
  'number',
  'reference',
]

/** `network`, `networkUri`, `networks` → `networkRef`, `networkRefs`. */
function referenceNamed(parent: Target, word: string): Target | undefined {
  const bases = new Set([word, singular(word)])
  for (const ending of endings)
    if (word.endsWith(ending) && word.length > ending.length) {
      const base = word.slice(0, -ending.length)
      bases.add(base)
      bases.add(singular(base))
    }
  for (const base of bases)
    for (const ending of ['ref', 'refs', 'sref', 'srefs', 'nameref', 'resourceref']) {
      const found = parent.byFold.get(base + ending)
      if (!found || (isContainer(parent, found) && base !== word && base !== word.replace(/(?:id|name|number)$/, ''))) continue
      if (holdsReference(found) || (found.item && holdsReference(found.item))) return found
    }
  return undefined
}

/** A reference, or an object that holds one. */
const holdsReference = (target: Target): boolean => target.isReference || target.fields.some((field) => field.isReference)

/** The only reference of the object whose kind fits what the value points into, and that no key of its own name claims. */
function referenceMeant(parent: Target, word: string, collection: string | undefined): Target | undefined {
  if (collection === undefined) return undefined
  const fitting = parent.fields.filter(
    (field) =>
      (field.isReference || field.item?.isReference) && fits(field, collection) && (word === 'parent' || !isContainer(parent, field)),
  )
  if (fitting.length === 1) return fitting[0]
  const close = fitting.filter((field) => shareWord(fold(field.key).replace(/refs?$/, ''), word))
  return close.length === 1 ? close[0] : undefined
}

/** In an object that is all about one resource, its name or id: `target.id` → `target.targetRef`. */
function referenceOfSelf(parent: Target, word: string): Target | undefined {
  if (!endings.includes(word)) return undefined
  const found = parent.byFold.get(`${singular(fold(parent.called))}ref`)
  return found?.isReference ? found : undefined
}

/** `destinationDatasetId` → `datasetRef`: the only reference whose whole name ends the word, when no other field is nearer. */
function referenceEnding(parent: Target, word: string): Target | undefined {
  const ending = endings.find((one) => word.endsWith(one) && word.length > one.length)
  if (ending === undefined) return undefined
  const base = word.slice(0, -ending.length)
  const found = parent.fields.filter((field) => {
    const name = fold(field.key).replace(/refs?$/, '')
    return field.isReference && !isContainer(parent, field) && name.length > 5 && base.length > name.length && base.endsWith(name)
  })
  return found.length === 1 ? found[0] : undefined
}

/** Where the resource itself stands: its name says that, not some key that resembles it. */
export const isContainer = (parent: Target, { key }: Target): boolean =>
  parent.key === 'spec' && /^(?:project|folder|organization)Ref$/.test(key)

/** `interfaceName` → `routerInterfaceRef`: the only reference that the kind asks for and whose name ends in the word. */
function referenceAsked(parent: Target, word: string): Target | undefined {
  const ending = endings.find((one) => word.endsWith(one) && word.length > one.length)
  const base = ending === undefined ? '' : word.slice(0, -ending.length)
  if (base.length <= 5) return undefined
  const found = parent.required.filter(
    (field) =>
      field.isReference &&
      fold(field.key)
        .replace(/refs?$/, '')
        .endsWith(base),
  )
  return found.length === 1 ? found[0] : undefined
}

const shareWord = (a: string, b: string): boolean => a.length > 3 && b.length > 3 && (a.includes(b) || b.includes(a))

/** Whether a reference (or a list of them) may point into a collection. */
export function fits(field: Target, collection: string): boolean {
  const reference = field.isReference ? field : field.item
  const kinds = reference?.kinds ?? []
  if (kinds.some((kind) => collectionFitsKind(collection, kind))) return true
  const named = fold(field.key).replace(/refs?$/, '')
  return singulars(fold(collection)).some((one) => one === named || (kinds.length === 0 && one.length > 3 && named.endsWith(one)))
}

function otherNumber(parent: Target, word: string): Target | undefined {
  const one = singular(word)
  if (one !== word) {
    const found = parent.byFold.get(one)
    if (found) return found
  }
  for (const many of [`${word}s`, `${word}es`, word.endsWith('y') ? `${word.slice(0, -1)}ies` : '']) {
    const found = many === '' ? undefined : parent.byFold.get(many)
    if (found) return found
  }
  return undefined
}

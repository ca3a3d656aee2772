/** Whether an object's children stand together as its choices demand, and the sentence when they do not. */
import type { FieldError } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Choice, ChoiceOption, ObjectField, ReferenceField, SecretField } from '#lib/schema/field-tree.ts'

type Parent = ObjectField | ReferenceField | SecretField

/** Whether the server sees a key as set: it drops null where null is no value, and fills in defaults first. */
export function isSet(parent: Parent, key: string, value: JsonObject): boolean {
  const child = parent.children.find((one) => one.key === key)
  const own = Object.hasOwn(value, key) ? value[key] : undefined
  if (own === undefined || (own === null && child !== undefined && !child.nullable)) return child?.default !== undefined
  return true
}

const optionHolds = (option: ChoiceOption, has: (key: string) => boolean): boolean =>
  option.keys.every(has) && !(option.without ?? []).some((set) => set.every(has))

/** The options of a choice that hold for a value. */
export function heldOptions(parent: Parent, choice: Choice, value: JsonObject): ChoiceOption[] {
  return choice.options.filter((option) => optionHolds(option, (key) => isSet(parent, key, value)))
}

type ChoiceProblem = Pick<FieldError, 'message' | 'missing'>

/** Each choice that is broken. The same sentence stands once. */
export function choiceProblems(parent: Parent, value: JsonObject): ChoiceProblem[] {
  const problems = new Map<string, ChoiceProblem>()
  for (const choice of parent.choices ?? []) {
    const held = heldOptions(parent, choice, value).length
    const broken = choice.rule === 'exactly-one' ? held !== 1 : choice.rule === 'at-least-one' ? held === 0 : held === choice.options.length
    if (!broken) continue
    const message = sentenceFor(parent, choice, value)
    const wanted = [...new Set(choice.options.flatMap((option) => option.keys))]
    const missing = !wanted.some((key) => isSet(parent, key, value))
    if (!problems.has(message)) problems.set(message, missing ? { message, missing: wanted } : { message })
  }
  return [...problems.values()]
}

/** More names than this are no help in a sentence. */
const mostNames = 20

function sentenceFor(parent: Parent, choice: Choice, value: JsonObject): string {
  const set = keysOf(choice).filter((key) => isSet(parent, key, value))
  if (parent.type === 'reference' && parent.shape !== 'D') {
    if (set.includes('external')) return 'Give either the name of a resource or an external value, not both.'
    return 'Choose a resource by name, or give an external value.'
  }
  if (parent.type === 'secret-or-literal') {
    return set.length > 1 ? 'Give either a value or a Secret, not both.' : 'Give a value, or name the Secret that holds it.'
  }
  const names = choice.options.map((option) => namesOf(option, parent)).filter((text) => text !== '')
  const options = names.length > mostNames ? [...names.slice(0, mostNames), `${names.length - mostNames} others`] : names
  const listed = options.length < 3 ? options.join(' or ') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`
  if (choice.rule === 'not-together') return `Set only one of ${options.join(' and ')}.`
  if (choice.rule === 'at-least-one') return `Set at least one of: ${listed}.`
  const optional = choice.options.some((option) => option.keys.length === 0)
  if (set.length === 0) return `Set exactly one of: ${listed}.`
  return optional ? `Set only one of: ${listed}, or none.` : `Set exactly one of: ${listed}. Set now: ${set.join(', ')}.`
}

const keysOf = (choice: Choice): string[] => [
  ...new Set(choice.options.flatMap((option) => [...option.keys, ...(option.without ?? []).flat()])),
]

function namesOf(option: ChoiceOption, parent: Parent): string {
  const shared = sharedKeys(parent)
  const own = option.keys.filter((key) => !shared.includes(key))
  return (own.length > 0 ? own : option.keys).join(' with ')
}

/** Keys that every option of every choice names say nothing about the difference. */
function sharedKeys(parent: Parent): string[] {
  const options = (parent.choices ?? []).flatMap((choice) => choice.options)
  const first = options[0]?.keys ?? []
  return options.length > 1 ? first.filter((key) => options.every((option) => option.keys.includes(key))) : []
}

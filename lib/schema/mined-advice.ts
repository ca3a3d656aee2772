/** What prose says against a value: a warning beside the field, never a refusal. Neither the schema nor the dry run knows of it. */
import type { Json } from '#lib/json.ts'
import { formatNamed } from '#lib/schema/check-format.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const mostNamed = 12

const withoutNumbers = (text: string): string => text.replace(/\d+/g, '#')

/** A sentence when the description of a field speaks against its value; undefined otherwise, and for what is unset. */
export function minedAdvice({ mined }: FieldNode, value: Json | undefined): string | undefined {
  if (!mined || typeof value !== 'string' || value === '') return undefined
  const { values, syntax } = mined
  if (values && !values.includes(value)) {
    // Prose grows old by its numbers: where POSTGRES_15 is named, POSTGRES_18 is only newer.
    if (values.some((one) => withoutNumbers(one) === withoutNumbers(value))) return undefined
    const named =
      values.length > mostNamed ? `${values.slice(0, mostNamed).join(', ')} and ${values.length - mostNamed} more` : values.join(', ')
    const other = values.find((one) => one.toLowerCase() === value.toLowerCase())
    return other === undefined ? `The description does not name this value. It names ${named}.` : `The description writes this ${other}.`
  }
  if (syntax === 'duration' && !/^-?\d+(?:\.\d{1,9})?s$/.test(value)) return 'The description asks for a duration in seconds, such as 90s.'
  if (syntax === 'timestamp' && formatNamed('date-time')?.accepts(value) === false)
    return 'The description asks for a time such as 2026-11-30T12:00:00Z.'
  if (syntax === 'iam-member' && !/:|^all(?:Authenticated)?Users$/.test(value))
    return `A member begins with what it is: user:, group:, serviceAccount: or domain:, such as ${asMember(value)}.`
  return undefined
}

const asMember = (value: string): string => {
  if (!/^[^@\s]+@[^@\s]+$/.test(value)) return 'user:ann@example.com'
  return `${value.endsWith('.gserviceaccount.com') ? 'serviceAccount' : 'user'}:${value}`
}

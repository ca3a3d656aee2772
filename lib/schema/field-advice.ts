/** What is said against a value that the schema and the dry run accept: a warning beside the field, never a refusal. */
import { isObject, type Json, textAt } from '#lib/json.ts'
import type { FieldNode, ReferenceField } from '#lib/schema/field-tree.ts'
import { minedAdvice } from '#lib/schema/mined-advice.ts'
import { validateField } from '#lib/schema/validate.ts'

/** A sentence when something speaks against a field's value; undefined otherwise, and for what is unset. */
export function fieldAdvice(node: FieldNode, value: Json | undefined): string | undefined {
  if (node.type === 'reference') return referenceAdvice(node, value)
  if (typeof value === 'string' && basicRole.test(value))
    return 'This role reaches everything in what it is granted on. Choose the smallest role that works.'
  return minedAdvice(node, value)
}

/** Roles that hold rights of every service. No resource has a value like this that means anything else. */
const basicRole = /^roles\/(?:owner|editor|viewer)$/

/**
 * Whether a kind alone, without a name, is a reference of its own to the schema. Kinds of IAM mean the project that the resource lies in,
 * and their schemas let every other kind through too.
 */
export const takesKindAlone = (node: ReferenceField, kind: string): boolean =>
  node.children.some(({ key }) => key === 'kind') && (node.choices ?? []).length > 0 && validateField(node, { kind }).length === 0

function referenceAdvice(node: ReferenceField, value: Json | undefined): string | undefined {
  const kind = textAt(value, 'kind')
  if (!isObject(value) || !kind || textAt(value, 'name') || textAt(value, 'external') || !takesKindAlone(node, kind)) return undefined
  // where the schema complains, its words are enough
  if (validateField(node, value).length > 0) return undefined
  if (kind === 'Project') return 'Without a name this is the whole project that the resource lies in.'
  return `Name the ${kind}, or give an external value: the kind alone names none. The cluster accepts it all the same.`
}

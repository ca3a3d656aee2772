/** What is wrong with the answers to a blueprint's questions, in the words forms use. */
import type { Question } from '#lib/blueprint/blueprint.ts'
import { askedQuestions, isGiven } from '#lib/blueprint/fill-blueprint.ts'
import type { FieldError } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import type { ObjectField } from '#lib/schema/field-tree.ts'
import { validateField } from '#lib/schema/validate.ts'

/**
 * Every complaint, by the path of the answer. Questions that are not asked are not required, an answer that was cleared
 * counts as none, and answers nobody asked for (a draft may be older than its blueprint) are passed over. `root` is what
 * `compileQuestions` made of the questions.
 */
export function answerErrors(questions: readonly Question[], root: ObjectField, answers: JsonObject): FieldError[] {
  const asked = new Set(askedQuestions(questions, root, answers).map(({ name }) => name))
  const children = root.children.filter(({ key }) => asked.has(key))
  const given = Object.entries(answers).filter(([key, value]) => asked.has(key) && isGiven(value))
  return validateField({ ...root, children }, Object.fromEntries(given))
}

/** The answers a blueprint's form begins with. */
import type { Blueprint } from '#lib/blueprint/blueprint.ts'
import { compileQuestions } from '#lib/blueprint/compile-questions.ts'
import type { JsonObject } from '#lib/json.ts'
import { define } from '#lib/manifest/parse-manifest.ts'
import { defaultStyle, printMap } from '#lib/manifest/print-value.ts'

/**
 * As YAML: what the blueprint proposes stands in the form as an answer, so that people see what they agree to. Empty where
 * nothing is proposed.
 */
export function firstAnswers(blueprint: Pick<Blueprint, 'questions'>): string {
  const answers: JsonObject = {}
  for (const { key, default: proposed } of compileQuestions(blueprint.questions).children)
    if (proposed !== undefined) define(answers, key, proposed)
  const lines = printMap(answers, 0, defaultStyle)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

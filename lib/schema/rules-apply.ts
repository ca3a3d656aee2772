/** Whether a kind has rules worth loading the rule language for. Kept apart from it, so that asking costs nothing. */
import { choicesOfRule } from '#lib/schema/compile-choices.ts'
import { childrenOf, type FieldNode, type ServerRule } from '#lib/schema/field-tree.ts'

/** True when some rule below a node can say more than the schema's own checks do: choices are checked already, rules on changes need an edit. */
export function rulesApply(node: FieldNode, editing: boolean): boolean {
  if (node.rules?.some((rule) => says(rule, editing))) return true
  if (node.type === 'list') return rulesApply(node.item, editing)
  if (node.type === 'map') return rulesApply(node.value, editing)
  return childrenOf(node).some((child) => rulesApply(child, editing))
}

const says = (rule: ServerRule, editing: boolean): boolean =>
  rule.transition && !rule.optionalOldSelf ? editing : choicesOfRule(rule).length === 0

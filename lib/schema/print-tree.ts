/** For tests: a field tree as lines a person can read and compare. A group that was printed before is named instead of printed again. */
import { type Choice, type CompiledKind, childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'

/** A kind's tree: one line for each field, indented by depth. */
export function printTree(kind: CompiledKind): string {
  const lines = [`${kind.key} ${kind.version}, ${kind.fieldCount} fields`]
  const printed = new Map<string, string>()
  const visit = (node: FieldNode, name: string, path: string, depth: number): void => {
    const line = `${'  '.repeat(depth)}${name}: ${facts(node)}`
    const below = partsOf(node)
    const shape = JSON.stringify(below.map(([, child]) => withoutTexts(child)))
    const known = below.length > 1 ? printed.get(shape) : undefined
    lines.push(known === undefined ? line : `${line} = as in ${known}`)
    if (known !== undefined) return
    if (below.length > 1) printed.set(shape, path)
    for (const [key, child] of below) visit(child, key, `${path}.${key}`, depth + 1)
  }
  for (const child of childrenOf(kind.root)) visit(child, child.key, child.key, 1)
  if (kind.root.type === 'free-form') lines.push(`  ${facts(kind.root)}`)
  return `${lines.join('\n')}\n`
}

function partsOf(node: FieldNode): [string, FieldNode][] {
  if (node.type === 'list') return [['[]', node.item]]
  if (node.type === 'map') return [['{}', node.value]]
  return childrenOf(node).map((child) => [child.key, child])
}

const withoutTexts = (node: FieldNode): unknown =>
  JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'description' || key === 'label' ? undefined : value)))

/** Type and everything the form would do differently because of the node, in one order. */
function facts(node: FieldNode): string {
  const own = JSON.parse(JSON.stringify(node)) as Record<string, unknown> // a node is an object of JSON
  if ('choices' in node && node.choices) own.choices = node.choices.map(printChoice).join('; ')
  const { key: _, label: __, description: ___, type, children: ____, item: _____, value: ______, why: _______, ...rest } = own
  const said = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === true ? name : `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`))
  return [String(type), ...said].join(', ')
}

const printChoice = ({ rule, options }: Choice): string =>
  `${rule} of ${options.map(({ keys, without }) => [keys.join('+') || 'none', ...(without ?? []).map((set) => `not ${set.join('+')}`)].join(' ')).join(' | ')}`

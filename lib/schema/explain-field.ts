/** A field's type and limits in a few words, for beside its label: `text, 3 to 63 characters`, `list of texts`. */
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** What one may put into a field, as a phrase without a full stop. */
export function explainField(node: FieldNode): string {
  switch (node.type) {
    case 'string':
      return [
        node.enum ? `one of ${node.enum.length} values` : (textNames[node.format ?? ''] ?? 'text'),
        between(node.minLength, node.maxLength, 'characters'),
      ]
        .filter(Boolean)
        .join(', ')
    case 'integer':
      return ['whole number', between(node.minimum, node.maximum, '')].filter(Boolean).join(', ')
    case 'number':
      return ['number', between(node.minimum, node.maximum, '')].filter(Boolean).join(', ')
    case 'boolean':
      return 'true or false'
    case 'int-or-string':
      return 'whole number or text'
    case 'list':
      return [`list of ${pluralOf(node.item)}`, between(node.minItems, node.maxItems, 'items')].filter(Boolean).join(', ')
    case 'map':
      return `keys with ${pluralOf(node.value)}`
    case 'reference':
      return node.targets.length > 0 ? `reference to ${node.targets.join(' or ')}` : 'reference to another resource'
    case 'secret-or-literal':
      return 'value or Secret'
    case 'object':
      return node.children.length === 1 ? 'group of 1 field' : `group of ${node.children.length} fields`
    case 'free-form':
      return 'YAML'
    default: {
      const never: never = node
      return never
    }
  }
}

const textNames: Record<string, string> = {
  'date-time': 'time',
  date: 'date',
  byte: 'base64 text',
  duration: 'duration',
  uri: 'address',
  email: 'email address',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
  cidr: 'address range',
  password: 'secret text',
}

function pluralOf(node: FieldNode): string {
  switch (node.type) {
    case 'string':
      return node.enum ? 'given values' : 'texts'
    case 'integer':
      return 'whole numbers'
    case 'number':
      return 'numbers'
    case 'boolean':
      return 'true or false'
    case 'list':
      return 'lists'
    case 'reference':
      return node.targets.length === 1 ? `references to ${node.targets[0]}` : 'references'
    case 'secret-or-literal':
      return 'secret values'
    case 'object':
    case 'map':
      return 'groups'
    default:
      return 'values'
  }
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  const noun = unit === '' ? '' : ` ${unit}`
  if (least !== undefined && most !== undefined) return least === most ? `${least}${noun}` : `${least} to ${most}${noun}`
  if (least !== undefined && least > 0) return `at least ${least}${noun}`
  return most === undefined ? '' : `at most ${most}${noun}`
}

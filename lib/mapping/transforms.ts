/** The catalogue of transforms: every way a value of an asset may reach a field of a manifest, and how people are told. Pure data. */

export const transforms = {
  copy: 'same name, same value',
  spelling: 'same name, other spelling',
  identity: 'out of the resource’s name',
  label: 'a label',
  reference: 'a reference to another resource',
  'reference-choice': 'a reference, its field chosen by what the value points to',
  'short-name': 'the last part of a link',
  number: 'text to a number, or a number to text',
  boolean: 'an object with one switch to the switch',
  plural: 'plural to singular, or singular to plural',
  'one-of-list': 'a list of one to an object, or an object to a list of one',
  'map-to-list': 'a map to a list of keys and values, or back',
  hoist: 'out of a wrapper, one level up',
  sink: 'into a wrapper, one level down',
  joined: 'wrapper and field joined in one name',
  'json-text': 'an object as JSON text',
  synonym: 'same meaning, other name',
  table: 'by the table of the kind',
  part: 'into a manifest of its own',
} as const

export type Transform = keyof typeof transforms

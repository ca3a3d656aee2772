/** What the schema says at a place of a whole manifest, where apiVersion, kind and metadata stand beside the kind's own fields. Pure. */
import type { JsonPath } from '#lib/json.ts'
import { type CompiledKind, type FieldNode, fieldAt, type ObjectField, type StringField } from '#lib/schema/field-tree.ts'
import { annotationsFor } from '#lib/schema/known-annotations.ts'

const text = (key: string, label: string, description: string, more: Partial<StringField> = {}): StringField => ({
  type: 'string',
  key,
  label,
  description,
  ...more,
})

const textMap = (key: string, label: string, description: string): FieldNode => ({
  type: 'map',
  key,
  label,
  description,
  value: text('', '', ''),
})

/** A node over the whole document of a kind. */
export function documentNode(kind: CompiledKind): ObjectField {
  const annotations: ObjectField = {
    type: 'object',
    key: 'annotations',
    label: 'Annotations',
    description: 'Notes for programs; Config Connector reads its switches here.',
    children: annotationsFor(kind).map(({ key, label, explanation, values }) =>
      text(key, label, explanation, values ? { enum: values.map(({ value }) => value) } : {}),
    ),
  }
  return {
    type: 'object',
    key: '',
    label: kind.title,
    description: kind.description,
    children: [
      text('apiVersion', 'API version', 'Which version of the kind this manifest is written in.', {
        required: true,
        enum: [kind.apiVersion],
      }),
      text('kind', 'Kind', 'What this manifest describes.', { required: true, enum: [kind.kind] }),
      {
        type: 'object',
        key: 'metadata',
        label: 'Metadata',
        description: 'What the resource is called and how it is marked.',
        required: true,
        children: [
          text('name', 'Name', 'The name of the resource, unique for its kind in the project.', { required: true }),
          text('namespace', 'Project', 'The project (namespace) the resource belongs to.'),
          textMap('labels', 'Labels', 'Keys and values to find and group resources by.'),
          annotations,
        ],
      },
      ...(kind.root.type === 'object' ? kind.root.children : []),
    ],
  }
}

/** The field at a path of the whole document, or undefined where the schema has none. */
export const documentField = (kind: CompiledKind, path: JsonPath): FieldNode | undefined => fieldAt(documentNode(kind), path)

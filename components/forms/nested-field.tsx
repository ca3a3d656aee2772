'use client'

import { type ComponentType, createContext, useContext } from 'react'
import type { JsonPath } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

export interface FieldEditorProps {
  node: FieldNode
  path: JsonPath
  removable?: boolean
}

const NestedEditor = createContext<ComponentType<FieldEditorProps> | null>(null)

/** Gives the editors of objects, lists and maps the editor of what is inside them: they nest, and must not import each other in a circle. */
export const NestedFields = NestedEditor.Provider

/** The editor of a field inside another one. */
export function NestedField(props: FieldEditorProps) {
  const Editor = useContext(NestedEditor)
  if (!Editor) throw new Error('A nested field stands outside of NestedFields.')
  return <Editor {...props} />
}

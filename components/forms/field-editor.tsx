'use client'

import { memo } from 'react'
import { FreeFormEditor } from '#components/forms/free-form-editor.tsx'
import { ListEditor } from '#components/forms/list-editor.tsx'
import { MapEditor } from '#components/forms/map-editor.tsx'
import type { FieldEditorProps } from '#components/forms/nested-field.tsx'
import { ObjectEditor } from '#components/forms/object-editor.tsx'
import { ReferenceEditor } from '#components/forms/reference-editor.tsx'
import { BooleanEditor, IntOrStringEditor, NumberEditor, StringEditor } from '#components/forms/scalar-editors.tsx'
import { SecretEditor } from '#components/forms/secret-editor.tsx'

/** The editor of any field: every type of node has one. Renders again only when its own value, complaints or place change. */
export const FieldEditor = memo(function FieldEditor({ node, path, removable }: FieldEditorProps) {
  switch (node.type) {
    case 'string':
      return <StringEditor node={node} path={path} removable={removable} />
    case 'integer':
    case 'number':
      return <NumberEditor node={node} path={path} removable={removable} />
    case 'boolean':
      return <BooleanEditor node={node} path={path} removable={removable} />
    case 'int-or-string':
      return <IntOrStringEditor node={node} path={path} removable={removable} />
    case 'object':
      return <ObjectEditor node={node} path={path} removable={removable} />
    case 'list':
      return <ListEditor node={node} path={path} removable={removable} />
    case 'map':
      return <MapEditor node={node} path={path} removable={removable} />
    case 'reference':
      return <ReferenceEditor node={node} path={path} removable={removable} />
    case 'secret-or-literal':
      return <SecretEditor node={node} path={path} removable={removable} />
    case 'free-form':
      return <FreeFormEditor node={node} path={path} removable={removable} />
    default: {
      const never: never = node
      return never
    }
  }
})

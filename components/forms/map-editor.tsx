'use client'

/** Editor of maps: a row per key. A key is typed once; changing it takes the old one out and keeps the value. */
import { useMemo, useState } from 'react'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { NestedField } from '#components/forms/nested-field.tsx'
import { Button, IconButton } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import fieldStyles from '#components/ui/field.module.css'
import { FieldError } from '#components/ui/field.tsx'
import { isObject, type JsonPath } from '#lib/json.ts'
import type { FieldNode, MapField } from '#lib/schema/field-tree.ts'
import { initialValue } from '#lib/schema/initial.ts'

export function MapEditor({
  node,
  path,
  removable,
  hide,
  keyProblem,
}: {
  node: MapField
  path: JsonPath
  removable?: boolean
  /** Keys that have an editor of their own elsewhere. */
  hide?: (key: string) => boolean
  /** What is wrong with a key, as a sentence; undefined when nothing is. */
  keyProblem?: (key: string) => string | undefined
}) {
  const { store } = useForm()
  const value = useValue(path)
  const [adding, setAdding] = useState('')
  const all = isObject(value) ? Object.keys(value) : []
  const keys = hide ? all.filter((key) => !hide(key)) : all
  const problem = adding === '' ? undefined : all.includes(adding) ? `"${adding}" is there already.` : keyProblem?.(adding)
  const add = () => {
    if (adding === '' || problem) return
    if (store.set([...path, adding], initialValue(node.value))) setAdding('')
  }
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.list}>
          {keys.map((key) => (
            <Row key={key} node={node.value} path={path} name={key} disabled={control.disabled} />
          ))}
          <div className={styles.addRow}>
            <input
              data-first
              className={classNames(fieldStyles.input, fieldStyles.mono)}
              aria-label={`New key for ${node.label}`}
              placeholder="key"
              autoComplete="off"
              spellCheck={false}
              disabled={control.disabled}
              aria-invalid={problem ? true : undefined}
              value={adding}
              onChange={(event) => setAdding(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                add()
              }}
            />
            <Button size="small" icon="create" disabled={control.disabled || adding === '' || problem !== undefined} onClick={add}>
              Add
            </Button>
          </div>
          {problem ? <FieldError>{problem}</FieldError> : null}
        </div>
      )}
    </FieldFrame>
  )
}

function Row({ node, path, name, disabled }: { node: FieldNode; path: JsonPath; name: string; disabled: boolean }) {
  const { store } = useForm()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a path is the same while its text is
  const here = useMemo(() => [...path, name], [JSON.stringify(path), name])
  const named: FieldNode = useMemo(() => ({ ...node, label: name }), [node, name])
  return (
    <div className={styles.item}>
      <span className={styles.itemTools}>
        <IconButton icon="close" size="small" label={`Take out ${name}`} disabled={disabled} onClick={() => store.unset(here)} />
      </span>
      <NestedField node={named} path={here} removable={false} />
    </div>
  )
}

'use client'

/** Editor of lists: items that can be added, moved and taken out; single values in rows, objects in sections. */
import { memo, useMemo } from 'react'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useSaid, useShape, useView } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { NestedField } from '#components/forms/nested-field.tsx'
import { Collapse, ObjectFields, summaryOf } from '#components/forms/object-editor.tsx'
import { Button, IconButton } from '#components/ui/button.tsx'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import type { FieldNode, ListField, ObjectField } from '#lib/schema/field-tree.ts'
import { initialValue } from '#lib/schema/initial.ts'

/** Of a longer list the rest is drawn when asked for. */
const drawnAtFirst = 25

export function ListEditor({ node, path, removable }: { node: ListField; path: JsonPath; removable?: boolean }) {
  const { store, view } = useForm()
  const value = useShape(path)
  useView(path)
  const items = Array.isArray(value) ? value : []
  const drawn = view.drawnItems(path, drawnAtFirst)
  const itemLabel = capital(singular(node.label || 'Item'))
  const add = () => {
    const added = initialValue(node.item)
    const done = items.length === 0 ? store.set(path, [added]) : store.insert(path, items.length, added)
    if (done) view.reveal([...path, items.length])
  }
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.list}>
          {items.slice(0, drawn).map((_, index) => (
            <Item
              // biome-ignore lint/suspicious/noArrayIndexKey: an item is where it stands; its path is its identity
              key={index}
              node={node.item}
              path={path}
              index={index}
              last={index === items.length - 1}
              disabled={control.disabled}
              keys={node.keys}
              label={itemLabel}
            />
          ))}
          {items.length > drawn ? (
            <div>
              <Button size="small" look="quiet" onClick={() => view.drawItems(path, drawn + drawnAtFirst)}>
                Show {Math.min(drawnAtFirst, items.length - drawn)} more of {items.length}
              </Button>
            </div>
          ) : null}
          {value !== undefined && items.length === 0 ? (
            <p className={styles.note}>{Array.isArray(value) ? 'An empty list.' : 'Not a list: correct it in the manifest.'}</p>
          ) : null}
          <div>
            <Button
              size="small"
              icon="create"
              data-first
              disabled={control.disabled || (value !== undefined && value !== null && !Array.isArray(value))}
              onClick={add}
            >
              Add {singular(node.label)}
            </Button>
          </div>
        </div>
      )}
    </FieldFrame>
  )
}

/** `Lifecycle rules` → `lifecycle rule`. Only the plain English plural; anything else stays. */
export function singular(label: string): string {
  const lower = /^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1)
  if (/[^aeiou]ies$/.test(lower)) return `${lower.slice(0, -3)}y`
  if (/(ses|xes|ches|shes)$/.test(lower)) return lower.slice(0, -2)
  return /[^s]s$/.test(lower) ? lower.slice(0, -1) : lower
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What tells an item from the others: what it is, its number, and its list keys or name. */
function titleOf(item: Json | undefined, index: number, keys: string[] | undefined, label: string): string {
  const place = `${label} ${index + 1}`
  if (isObject(item)) {
    const named = [...(keys ?? []), 'name', 'id', 'key', 'type']
      .map((key) => item[key])
      .find((value) => typeof value === 'string' && value !== '')
    if (typeof named === 'string') return `${place}: ${named}`
  }
  return place
}

const Item = memo(function Item({
  node,
  path,
  index,
  last,
  disabled,
  keys,
  label,
}: {
  node: FieldNode
  path: JsonPath
  index: number
  last: boolean
  disabled: boolean
  keys: string[] | undefined
  /** What one item is called. */
  label: string
}) {
  const { store, view } = useForm()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a path is the same while its text is
  const here = useMemo(() => [...path, index], [JSON.stringify(path), index])
  const title = useSaid(here, (item) => titleOf(item, index, keys, label))
  // the item's frame is named by what it is, not by the schema's empty key
  const named: FieldNode = useMemo(() => ({ ...node, label: title }), [node, title])
  const moveTo = (other: number) => {
    if (store.move(path, index, other)) view.renumber(path, (at) => (at === index ? other : at === other ? index : at))
  }
  const takeOut = () => {
    if (store.remove(path, index)) view.renumber(path, (at) => (at === index ? undefined : at > index ? at - 1 : at))
  }
  const tools = (
    <span className={styles.itemTools}>
      <IconButton
        icon="ascending"
        size="small"
        label={`Move item ${index + 1} up`}
        disabled={disabled || index === 0}
        onClick={() => moveTo(index - 1)}
      />
      <IconButton
        icon="down"
        size="small"
        label={`Move item ${index + 1} down`}
        disabled={disabled || last}
        onClick={() => moveTo(index + 1)}
      />
      <IconButton icon="close" size="small" label={`Take out item ${index + 1}`} disabled={disabled} onClick={takeOut} />
    </span>
  )
  return (
    <div className={styles.item}>
      {tools}
      {named.type === 'object' ? <ObjectItem node={named} path={here} /> : <NestedField node={named} path={here} removable={false} />}
    </div>
  )
})

function ObjectItem({ node, path }: { node: ObjectField; path: JsonPath }) {
  const { view } = useForm()
  const item = useShape(path)
  useView(path)
  const open = view.isOpen(path, path.at(-1) === 0)
  return (
    <FieldFrame node={node} path={path} removable={false} group>
      {(control) => (
        <Collapse open={open} toggle={() => view.setOpen(path, !open)} summary={summaryOf(item)} labelledBy={control.labelId} path={path}>
          <ObjectFields node={node} path={path} />
        </Collapse>
      )}
    </FieldFrame>
  )
}

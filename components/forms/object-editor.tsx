'use client'

/** Editors of objects: sections that open lazily, their fields, the way to the fields that are not shown, their rules. */
import { Fragment, memo, type ReactNode, useCallback, useId, useMemo, useState } from 'react'
import { AddField } from '#components/forms/add-field.tsx'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useHints, useProblemsInside, useShape, useView } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { FreeFormControl } from '#components/forms/free-form-editor.tsx'
import { NestedField } from '#components/forms/nested-field.tsx'
import { isWanted, shownChildren } from '#components/forms/shown-children.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { hintAt } from '#lib/blueprint/kind-hints.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import type { Choice, FieldNode, ObjectField } from '#lib/schema/field-tree.ts'
import { initialValue } from '#lib/schema/initial.ts'

/** An object as a section of its own. Its fields are drawn only while it is open. */
export function ObjectEditor({ node, path, removable }: { node: ObjectField; path: JsonPath; removable?: boolean }) {
  const { store, view } = useForm()
  const value = useShape(path)
  useView(path)
  const isUnset = value === undefined || value === null
  const open = view.isOpen(path, !isUnset || isWanted(node))
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <Collapse open={open} toggle={() => view.setOpen(path, !open)} summary={summaryOf(value)} labelledBy={control.labelId} path={path}>
          <ObjectFields node={node} path={path} />
          {isUnset && node.children.length === 0 ? (
            <Button size="small" disabled={control.disabled} onClick={() => store.set(path, initialValue(node))}>
              Set it, without fields
            </Button>
          ) : null}
        </Collapse>
      )}
    </FieldFrame>
  )
}

/** What a closed section holds, in a few words. */
export function summaryOf(value: Json | undefined): string {
  if (value === undefined) return 'not set'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : counted(value.length, 'item')
  if (!isObject(value)) return String(value)
  const keys = Object.keys(value)
  if (keys.length === 0) return 'set, without fields'
  return keys.length > 4 ? `${keys.slice(0, 3).join(', ')} and ${keys.length - 3} more` : keys.join(', ')
}

/** A heading one opens and closes with what is inside drawn only while open. */
export function Collapse({
  open,
  toggle,
  summary,
  labelledBy,
  path,
  except,
  children,
}: {
  open: boolean
  toggle: () => void
  summary: string
  labelledBy: string
  /** What is inside: a closed section says how much in it is not right. */
  path: JsonPath
  /** A key of it that stands elsewhere. */
  except?: string
  children: ReactNode
}) {
  const id = useId()
  return (
    <div className={styles.section}>
      <button
        id={`${id}-toggle`}
        data-first
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls={id}
        aria-labelledby={`${labelledBy} ${id}-toggle`}
        onClick={toggle}
      >
        <Icon name={open ? 'down' : 'right'} size={14} />
        <span>{summary}</span>
        {open ? null : <Inside path={path} except={except} />}
      </button>
      <div id={id} className={open ? styles.inside : undefined} hidden={!open}>
        {open ? children : null}
      </div>
    </div>
  )
}

function Inside({ path, except }: { path: JsonPath; except: string | undefined }) {
  const problems = useProblemsInside(path, except)
  return problems === 0 ? null : (
    <Badge tone="red" icon="failed">
      {problems} to put right
    </Badge>
  )
}

/** The fields of an object without a frame around them. Renders when keys come or go, not when values change. */
export function ObjectFields({
  node,
  path,
  exclude,
}: {
  node: Pick<ObjectField, 'children' | 'choices' | 'preserveUnknown'>
  path: JsonPath
  exclude?: readonly string[]
}) {
  const { view } = useForm()
  const value = useShape(path)
  const version = useView(path)
  const children = useMemo(() => (exclude ? node.children.filter((child) => !exclude.includes(child.key)) : node.children), [node, exclude])
  const hints = useHints()
  const keys = isObject(value) ? Object.keys(value).join('\n') : ''
  const [first] = useState(() => new Set(isObject(value) ? Object.keys(value) : []))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list depends on which keys there are and what is revealed, not on values
  const { shown, hidden, unknown } = useMemo(
    () =>
      shownChildren(children, value, {
        isRevealed: (key) => view.isRevealed([...path, key]),
        wasSet: (key) => first.has(key),
        hintOf: (key) => hints && hintAt(hints, [...path, key]),
        isSpec: path.length === 1 && path[0] === 'spec',
      }),
    [children, keys, version, hints],
  )
  // what is said of several fields stands above the first of them, and above all while none is drawn
  const notesAbove = (key: string | undefined) =>
    node.choices
      ?.filter(({ options }) => shown.find((child) => options.some(({ keys }) => keys.includes(child.key)))?.key === key)
      .map((choice) => (
        <ChoiceNote key={choice.options.map((option) => option.keys.join('+')).join('|')} choice={choice} all={node.children} />
      ))
  return (
    <div className={styles.fields}>
      {notesAbove(undefined)}
      {shown.map((child) => (
        <Fragment key={child.key}>
          {notesAbove(child.key)}
          <Child node={child} parent={path} />
        </Fragment>
      ))}
      {unknown
        .filter((key) => !exclude?.includes(key))
        .map((key) => (
          <UnknownField key={key} path={path} name={key} kept={node.preserveUnknown === true} />
        ))}
      {hidden.length > 0 ? <AddField hidden={hidden} nodes={children} path={path} /> : null}
    </div>
  )
}

const Child = memo(function Child({ node, parent }: { node: FieldNode; parent: JsonPath }) {
  // the same array for the life of the field: hooks below compare it
  const key = node.key
  // biome-ignore lint/correctness/useExhaustiveDependencies: a path is the same while its text is
  const path = useMemo(() => [...parent, key], [JSON.stringify(parent), key])
  return <NestedField node={node} path={path} />
})

function ChoiceNote({ choice, all }: { choice: Choice; all: readonly FieldNode[] }) {
  const label = useCallback((key: string) => all.find((node) => node.key === key)?.label ?? key, [all])
  const options = choice.options.map((option) => (option.keys.length === 0 ? 'none of them' : option.keys.map(label).join(' with ')))
  const words = { 'exactly-one': 'Exactly one of', 'at-least-one': 'At least one of', 'not-together': 'Not together' }[choice.rule]
  return (
    <p className={styles.note}>
      {words}: {options.join(' · ')}
    </p>
  )
}

/** A key the schema does not know: shown, editable as YAML, and said to be unknown. */
function UnknownField({ path, name, kept }: { path: JsonPath; name: string; kept: boolean }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a path is the same while its text is
  const here = useMemo(() => [...path, name], [JSON.stringify(path), name])
  const node: FieldNode = useMemo(
    () => ({
      type: 'free-form',
      key: name,
      label: name,
      accepts: 'any',
      reason: 'preserve-unknown',
      why: kept ? 'The kind keeps fields it does not describe.' : 'The kind does not know this field; the cluster will refuse it.',
    }),
    [name, kept],
  )
  return (
    <FieldFrame node={node} path={here}>
      {(control) => <FreeFormControl node={node} path={here} control={control} />}
    </FieldFrame>
  )
}

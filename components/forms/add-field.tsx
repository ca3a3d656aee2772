'use client'

/** The way to every field that is not shown: one search over names, paths and descriptions, below an object. */
import { useId, useMemo, useState } from 'react'
import { useForm } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { fieldsInside, groupFound } from '#components/forms/group-found.ts'
import { Button } from '#components/ui/button.tsx'
import fieldStyles from '#components/ui/field.module.css'
import { counted } from '#components/ui/format.ts'
import type { JsonPath } from '#lib/json.ts'
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'
import { initialValue } from '#lib/schema/initial.ts'
import { indexFields, searchFields } from '#lib/schema/search-fields.ts'

/** So many fields are listed; a search finds the others. */
const atFirst = 60

/** Where a found field stands in this document: the first item of lists on the way, which is made where there is none. */
function concretePath(base: JsonPath, found: readonly string[]): { path: JsonPath; through: JsonPath[] } {
  const path: JsonPath = [...base]
  const through: JsonPath[] = []
  for (const key of found) {
    if (key === '*') {
      through.push([...path])
      path.push(0)
    } else path.push(key)
  }
  return { path, through }
}

/** The search opens at the end of the form, often below the screen. */
const comeIntoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' })

/** `hidden` are the fields not shown, listed at first; the search is over `nodes`, all fields of the object, and goes to one that is shown already. */
export function AddField({ hidden, nodes, path }: { hidden: readonly FieldNode[]; nodes: readonly FieldNode[]; path: JsonPath }) {
  const { store, view } = useForm()
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState('')
  const id = useId()
  const index = useMemo(() => (open ? indexFields({ type: 'object', key: '', label: '', children: [...nodes] }) : []), [open, nodes])
  const found = useMemo(() => {
    if (!open) return []
    // without words: the hidden fields of this object itself, in the schema's order; with words: everything below it
    if (query.trim() === '') return hidden.slice(0, atFirst).map((node) => ({ node, path: [node.key] }))
    return searchFields(index, query, atFirst).filter(
      (field) => !field.path.slice(0, -1).some((key, at) => key === '*' && isMapAt(nodes, field.path.slice(0, at))),
    )
  }, [open, query, index, nodes, hidden])

  const groups = useMemo(() => groupFound(nodes, found), [nodes, found])

  const choose = (field: { node: FieldNode; path: readonly string[] }) => {
    const place = concretePath(path, field.path)
    for (const list of place.through) {
      const node = nodeAt(nodes, list.slice(path.length))
      if (!Array.isArray(partAt(store.state().value, list)) && node?.type === 'list') store.set(list, [initialValue(node.item)])
    }
    view.reveal(place.path)
    setOpen(false)
    setQuery('')
  }

  if (!open) {
    const names = hidden.slice(0, 3).map((node) => node.label.toLowerCase())
    return (
      <div className={styles.more}>
        <Button size="small" look="quiet" icon="create" onClick={() => setOpen(true)}>
          Add field
          <span className={styles.quiet}>
            {hidden.length} more: {names.join(', ')}
            {hidden.length > 3 ? '…' : ''}
          </span>
        </Button>
      </div>
    )
  }
  return (
    <div ref={comeIntoView} className={styles.adder}>
      <input
        // the person just asked for this box
        // biome-ignore lint/a11y/noAutofocus: it opens by a click on "Add field"
        autoFocus
        className={fieldStyles.input}
        type="search"
        aria-label="Search fields to add"
        aria-controls={id}
        placeholder="Search by name, path or description"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          const first = found[0]
          if (event.key === 'Escape') setOpen(false)
          if (event.key === 'Enter' && first) {
            event.preventDefault()
            choose(first)
          }
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            document.getElementById(id)?.querySelector('button')?.focus()
          }
        }}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys go from button to button */}
      <div
        id={id}
        className={styles.found}
        onKeyDown={(event) => {
          const buttons = Array.from(event.currentTarget.querySelectorAll('button'))
          const here = buttons.findIndex((button) => button.matches(':focus'))
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            buttons[(here + (event.key === 'ArrowDown' ? 1 : -1) + buttons.length) % buttons.length]?.focus()
          }
          if (event.key === 'Escape') setOpen(false)
        }}
      >
        {groups.map((group) => (
          <div key={group.title} className={styles.foundGroup}>
            {group.title ? <h2 className={styles.foundTitle}>{group.title}</h2> : null}
            <ul>
              {group.fields.map((field) => (
                <li key={field.path.join('/')}>
                  <button type="button" className={styles.foundField} onClick={() => choose(field)}>
                    <span className={styles.foundName}>
                      {field.node.label}
                      <code>{field.path.filter((key) => key !== '*').join('.')}</code>
                      <Inside count={fieldsInside(field.node)} />
                    </span>
                    {field.node.description ? <span className={styles.foundAbout}>{field.node.description}</span> : null}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
        {found.length === 0 ? <p className={styles.note}>No field matches “{query}”.</p> : null}
        {found.length === atFirst ? <p className={styles.note}>There are more: type a word of what you look for.</p> : null}
      </div>
      <div>
        <Button size="small" onClick={() => setOpen(false)}>
          Close
        </Button>
      </div>
    </div>
  )
}

const Inside = ({ count }: { count: number }) =>
  count === 0 ? null : <span className={styles.note}>{counted(count, 'field')} inside</span>

function nodeAt(nodes: readonly FieldNode[], path: JsonPath): FieldNode | undefined {
  let siblings = nodes
  let here: FieldNode | undefined
  for (const key of path) {
    if (typeof key === 'number') here = here?.type === 'list' ? here.item : undefined
    else here = siblings.find((node) => node.key === key)
    if (!here) return undefined
    siblings = childrenOf(here)
  }
  return here
}

/** Whether a pattern path ends at a map: its values have keys only a person can name, so nothing below is offered. */
const isMapAt = (nodes: readonly FieldNode[], path: readonly string[]): boolean =>
  nodeAt(
    nodes,
    path.map((key) => (key === '*' ? 0 : key)),
  )?.type === 'map'

const partAt = (value: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>((here, key) => (typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined), value)

'use client'

/** What can be done with a field besides typing into it: take out, empty, null, default, copy, paste, link, open all. */
import { useState } from 'react'
import { exactValueAt } from '#components/forms/exact-value.ts'
import { fieldLink } from '#components/forms/field-link.ts'
import { emptyValue } from '#components/forms/field-state.ts'
import { useForm } from '#components/forms/form-context.tsx'
import { PasteDialog } from '#components/forms/paste-dialog.tsx'
import { yamlText } from '#components/forms/yaml-text.ts'
import { IconButton } from '#components/ui/button.tsx'
import { Menu, MenuItem, MenuLine } from '#components/ui/menu.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { isObject, type Json, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** Sections opened at once from the menu are at most this many: more take longer to draw than a person waits. */
const openAtOnce = 150

export function FieldMenu({ node, path, disabled, removable }: { node: FieldNode; path: JsonPath; disabled: boolean; removable: boolean }) {
  const { store, view } = useForm()
  const [pasting, setPasting] = useState(false)
  const label = node.label || node.key || 'the value'
  return (
    <>
      <Menu
        label={`Actions for ${label}`}
        trigger={(button) => <IconButton {...button} icon="more" size="small" label={`Actions for ${label}`} />}
      >
        <Items node={node} path={path} disabled={disabled} removable={removable} paste={() => setPasting(true)} />
      </Menu>
      {pasting ? (
        <PasteDialog
          node={node}
          path={path}
          onClose={() => setPasting(false)}
          onPasted={() => {
            setPasting(false)
            view.reveal(path)
            showToast(`Pasted into ${label}`)
          }}
          before={valueAt(store.state().value, path)}
        />
      ) : null}
    </>
  )
}

const copied = (text: string, words: string) =>
  navigator.clipboard.writeText(text).then(
    () => showToast(words),
    () => showToast('The browser does not let this page write to the clipboard.', 'bad'),
  )

/** Drawn when the menu opens; reads the value then, so that no menu follows every key. */
function Items({
  node,
  path,
  disabled,
  removable,
  paste,
}: {
  node: FieldNode
  path: JsonPath
  disabled: boolean
  removable: boolean
  paste: () => void
}) {
  const { store, view } = useForm()
  const value = valueAt(store.state().value, path)
  const label = node.label || node.key
  const empty = emptyValue(node)
  const sections = isObject(value) || Array.isArray(value) ? sectionsIn(value, path) : []
  const remove = () => {
    store.unset(path)
    view.forget(path)
  }
  const link = () =>
    copied(`${window.location.origin}${window.location.pathname}${window.location.search}${fieldLink(path)}`, `Link to ${label} copied`)
  return (
    <>
      {removable ? (
        <MenuItem disabled={disabled || value === undefined} onSelect={remove}>
          Take out
        </MenuItem>
      ) : null}
      {empty ? (
        <MenuItem disabled={disabled || sameJson(value, empty.value)} onSelect={() => store.set(path, empty.value)}>
          {empty.words}
        </MenuItem>
      ) : null}
      {node.nullable ? (
        <MenuItem disabled={disabled || value === null} onSelect={() => store.set(path, null)}>
          Set to null
        </MenuItem>
      ) : null}
      {node.default !== undefined ? (
        <MenuItem disabled={disabled || sameJson(value, node.default)} onSelect={() => store.set(path, node.default ?? null)}>
          Write the default into the manifest
        </MenuItem>
      ) : null}
      <MenuLine />
      <MenuItem disabled={value === undefined} onSelect={() => void copied(yamlText(exactValueAt(store, path)), `${label} copied as YAML`)}>
        Copy as YAML
      </MenuItem>
      <MenuItem disabled={disabled} onSelect={paste}>
        Paste YAML…
      </MenuItem>
      <MenuItem onSelect={() => void link()}>Copy link to this field</MenuItem>
      {sections.length > 0 ? (
        <>
          <MenuLine />
          <MenuItem onSelect={() => view.setAllOpen(sections.slice(0, openAtOnce), true)}>Open everything inside</MenuItem>
          <MenuItem onSelect={() => view.setAllOpen(sections, false)}>Close everything inside</MenuItem>
        </>
      ) : null}
    </>
  )
}

/** The paths of a value's objects, itself included, from the outside in. */
function sectionsIn(value: Json, path: JsonPath): JsonPath[] {
  const own = isObject(value) ? [path] : []
  const parts: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : []
  return [...own, ...parts.flatMap(([key, item]) => sectionsIn(item, [...path, key]))]
}

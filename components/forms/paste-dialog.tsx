'use client'

/** Pasting a part of a manifest into a field: what is pasted is checked against the field before it is written. */
import { useEffect, useState } from 'react'
import { setExact } from '#components/forms/exact-value.ts'
import { useForm } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { readYaml } from '#components/forms/yaml-text.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { TextArea } from '#components/ui/inputs.tsx'
import { type ExactJson, isExactObject, type Json, type JsonPath } from '#lib/json.ts'
import { roughJson } from '#lib/manifest/exact-value.ts'
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'
import { validateField } from '#lib/schema/validate.ts'

const shownAtOnce = 6

export function PasteDialog({
  node,
  path,
  before,
  onClose,
  onPasted,
}: {
  node: FieldNode
  path: JsonPath
  before: Json | undefined
  onClose: () => void
  onPasted: () => void
}) {
  const { store } = useForm()
  const [text, setText] = useState('')
  const [refused, setRefused] = useState<string>()
  useEffect(() => {
    // Where the browser allows it the clipboard is there already; else the person pastes it into the box.
    let gone = false
    navigator.clipboard?.readText?.().then(
      (found) => {
        if (!gone) setText((typed) => typed || found)
      },
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [])
  const outcome = readYaml(text)
  const value = 'value' in outcome && outcome.value !== undefined ? withoutOwnKey(outcome.value, node) : undefined
  const errors = value === undefined ? [] : validateField(node, roughJson(value))
  const label = node.label || node.key || 'the value'
  const paste = () => {
    if (value === undefined) return
    if (setExact(store, path, value)) return onPasted()
    setRefused(store.messagesAt(path)[0] ?? 'The document does not allow this change. Make it in the YAML.')
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Paste YAML into ${label}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={value === undefined} onClick={paste}>
            {errors.length > 0 ? 'Paste anyway' : before === undefined ? 'Paste' : 'Replace'}
          </Button>
        </>
      }
    >
      <div className={styles.list}>
        <TextArea
          label={`YAML of ${label}`}
          mono
          rows={10}
          value={text}
          onChange={setText}
          placeholder="Paste here"
          help={before === undefined ? undefined : 'It takes the place of what the field holds now.'}
          error={'problem' in outcome ? outcome.problem : refused}
        />
        {errors.length > 0 ? (
          <section className={styles.summary} aria-label="What the kind says about it">
            <p>{counted(errors.length, 'thing')} the kind does not allow</p>
            <ul>
              {errors.slice(0, shownAtOnce).map((error) => (
                <li key={`${JSON.stringify(error.path)}${error.message}`}>
                  {error.path.length > 0 ? <code>{fieldPath(error.path)} </code> : null}
                  {error.message}
                </li>
              ))}
            </ul>
            {errors.length > shownAtOnce ? <p>and {errors.length - shownAtOnce} more</p> : null}
          </section>
        ) : value !== undefined ? (
          <p className={styles.note}>The kind allows this.</p>
        ) : null}
      </div>
    </Dialog>
  )
}

/** People copy a field with its name above: `lifecycleRule:` and the list below it. The name is taken off, unless the field has such a key itself. */
function withoutOwnKey(value: ExactJson, node: FieldNode): ExactJson {
  if (!isExactObject(value) || node.key === '' || !Object.hasOwn(value, node.key) || Object.keys(value).length !== 1) return value
  const own = node.type === 'map' || node.type === 'free-form' || childrenOf(node).some((child) => child.key === node.key)
  return own ? value : (value[node.key] ?? null)
}

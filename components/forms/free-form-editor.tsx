'use client'

/** Editor of parts without a schema: YAML in place. Half-typed YAML stays in the box; only what can be read is written. */
import { useCallback, useState, useSyncExternalStore } from 'react'
import { exactValueAt, setExact } from '#components/forms/exact-value.ts'
import { type Control, FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { readYaml, yamlText } from '#components/forms/yaml-text.ts'
import { classNames } from '#components/ui/class-names.ts'
import fieldStyles from '#components/ui/field.module.css'
import { FieldError } from '#components/ui/field.tsx'
import { type ExactJson, isExactObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { holdsRounded } from '#lib/manifest/keep-digits.ts'
import type { FieldNode, FreeFormField } from '#lib/schema/field-tree.ts'

export function FreeFormEditor({ node, path, removable }: { node: FreeFormField; path: JsonPath; removable?: boolean }) {
  return (
    <FieldFrame node={node} path={path} removable={removable}>
      {(control) => <FreeFormControl node={node} path={path} control={control} />}
    </FieldFrame>
  )
}

/** Reads YAML typed into a box: the value, `undefined` for an empty box, or what is wrong. */
function readBox(text: string, accepts: 'object' | 'any'): ReturnType<typeof readYaml> {
  const read = readYaml(text)
  if ('problem' in read || read.value === undefined || accepts === 'any' || isExactObject(read.value)) return read
  return { problem: 'This field holds a mapping: write lines like "key: value".' }
}

/** The value with every digit. One large number may become another that JavaScript rounds to the same, of which `useValue` says nothing. */
function useExactValue(path: JsonPath): ExactJson | undefined {
  const { store } = useForm()
  const value = useValue(path)
  const digits = useCallback(() => {
    const exact = exactValueAt(store, path)
    return exact === valueAt(store.state().value, path) ? '' : yamlText(exact)
  }, [store, path])
  useSyncExternalStore(store.subscribe, digits, digits)
  return holdsRounded(value) ? exactValueAt(store, path) : value
}

export function FreeFormControl({ node, path, control }: { node: FieldNode; path: JsonPath; control: Control }) {
  const { store } = useForm()
  const value = useExactValue(path)
  const [typed, setTyped] = useState<{ text: string; of: ExactJson | undefined } | null>(null)
  const accepts = node.type === 'free-form' ? node.accepts : 'any'
  // what was typed is shown as long as it says what the document says; a change from elsewhere takes its place
  const shown = typed && sameJson(typed.of, value) ? typed.text : yamlText(value)
  const outcome = readBox(shown, accepts)
  return (
    <>
      <textarea
        id={control.id}
        disabled={control.disabled}
        aria-describedby={control.describedBy}
        aria-invalid={'problem' in outcome ? true : control.invalid}
        className={classNames(fieldStyles.input, fieldStyles.mono)}
        rows={Math.min(16, Math.max(3, shown.split('\n').length + 1))}
        spellCheck={false}
        placeholder={accepts === 'object' ? 'key: value' : 'YAML'}
        value={shown}
        onChange={(event) => {
          const text = event.target.value
          const read = readBox(text, accepts)
          if ('problem' in read) return setTyped({ text, of: value })
          setTyped({ text, of: read.value })
          if (read.value === undefined) store.unset(path)
          else setExact(store, path, read.value)
        }}
      />
      {'problem' in outcome ? <FieldError>{outcome.problem} Not written to the manifest yet.</FieldError> : null}
      {node.type === 'free-form' ? <p className={styles.note}>YAML in place: {node.why}</p> : null}
    </>
  )
}

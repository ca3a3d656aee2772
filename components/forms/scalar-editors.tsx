'use client'

/** Editors of single values: text, numbers, yes or no, int-or-string. Each writes the value it shows, and nothing else. */
import { useCallback, useId, useReducer, useRef, useState } from 'react'
import { exactValueAt, setExact } from '#components/forms/exact-value.ts'
import { type Control, FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { readInteger, readLargeInteger, readNumber } from '#components/forms/read-number.ts'
import { classNames } from '#components/ui/class-names.ts'
import fieldStyles from '#components/ui/field.module.css'
import { Icon } from '#components/ui/icons.tsx'
import type { Json, JsonPath } from '#lib/json.ts'
import type { BooleanField, IntOrStringField, NumberField, StringField } from '#lib/schema/field-tree.ts'

const asText = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

const placeholderOf = (node: { default?: Json; mined?: { default?: string; example?: string } }): string | undefined =>
  node.default !== undefined
    ? asText(node.default)
    : (node.mined?.default ?? (node.mined?.example ? `e.g. ${node.mined.example}` : undefined))

/** What the aria attributes of a control are, from its frame. */
const aria = (control: Control) => ({
  id: control.id,
  disabled: control.disabled,
  'aria-describedby': control.describedBy,
  'aria-invalid': control.invalid,
})

/** Longer than this, or with line breaks, a text gets several lines to begin with. */
const oneLine = 90

export function StringEditor({ node, path, removable }: { node: StringField; path: JsonPath; removable?: boolean }) {
  const { store } = useForm()
  const value = useValue(path)
  const listId = useId()
  const text = asText(value)
  const choices = node.enum?.filter((choice) => typeof choice === 'string')
  // decided once: another control in the middle of a word would take the focus away
  const [several, setSeveral] = useState(text.length > oneLine || node.mined?.syntax === 'json')
  // one line cannot hold line breaks; they are pasted here, or come from elsewhere
  if (!several && text.includes('\n')) setSeveral(true)
  const pastedUpTo = useRef<number>(null)
  const takeFocus = useCallback((box: HTMLTextAreaElement | null) => {
    if (!box || pastedUpTo.current === null) return
    box.focus()
    box.setSelectionRange(pastedUpTo.current, pastedUpTo.current)
    pastedUpTo.current = null
  }, [])
  const suggestions = node.mined?.values
  // Clearing the box takes the field out; an empty text is a value of its own, set from the menu. What stands in a list or map is
  // taken out there, never by clearing it.
  const write = (typed: string) => (typed === '' && removable !== false ? store.unset(path) : store.set(path, typed))
  return (
    <FieldFrame node={node} path={path} removable={removable}>
      {(control) =>
        choices ? (
          <div className={fieldStyles.select}>
            <select
              {...aria(control)}
              className={fieldStyles.input}
              value={typeof value === 'string' ? value : ''}
              onChange={(event) =>
                event.target.value === '' && !choices.includes('') ? store.unset(path) : store.set(path, event.target.value)
              }
            >
              {choices.includes('') ? null : (
                <option value="">{node.default === undefined ? 'Not set' : `Not set (default ${asText(node.default)})`}</option>
              )}
              {typeof value === 'string' && !choices.includes(value) && value !== '' ? (
                <option value={value}>{value} (not allowed)</option>
              ) : null}
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice || '(empty text)'}
                </option>
              ))}
            </select>
            <Icon name="down" size={14} />
          </div>
        ) : several ? (
          <textarea
            {...aria(control)}
            ref={takeFocus}
            className={classNames(fieldStyles.input, fieldStyles.mono)}
            rows={Math.min(14, text.split('\n').length + 1)}
            spellCheck={false}
            value={text}
            onChange={(event) => write(event.target.value)}
          />
        ) : (
          <>
            <input
              {...aria(control)}
              type="text"
              className={fieldStyles.input}
              autoComplete="off"
              spellCheck={false}
              placeholder={placeholderOf(node)}
              list={suggestions ? listId : undefined}
              value={text}
              onChange={(event) => write(event.target.value)}
              onPaste={(event) => {
                // an input drops line breaks; a pasted text with some inside is a text of several lines
                const pasted = event.clipboardData.getData('text').replace(/\r\n?/g, '\n')
                if (!pasted.trimEnd().includes('\n')) return
                event.preventDefault()
                const { selectionStart, selectionEnd } = event.currentTarget
                const start = selectionStart ?? text.length
                pastedUpTo.current = start + pasted.length
                if (!store.set(path, text.slice(0, start) + pasted + text.slice(selectionEnd ?? start))) pastedUpTo.current = null
              }}
            />
            {suggestions ? (
              <datalist id={listId}>
                {suggestions.map((suggestion) => (
                  <option key={suggestion} value={suggestion} />
                ))}
              </datalist>
            ) : null}
          </>
        )
      }
    </FieldFrame>
  )
}

export function NumberEditor({ node, path, removable }: { node: NumberField; path: JsonPath; removable?: boolean }) {
  const isInteger = node.type === 'integer'
  return (
    <NumberText
      node={node}
      path={path}
      removable={removable}
      inputMode={isInteger ? 'numeric' : 'decimal'}
      placeholder={placeholderOf(node)}
      read={isInteger ? readInteger : readNumber}
    />
  )
}

export function IntOrStringEditor({ node, path, removable }: { node: IntOrStringField; path: JsonPath; removable?: boolean }) {
  const placeholder = placeholderOf(node) ?? 'a number, or text such as 25%'
  return <NumberText node={node} path={path} removable={removable} placeholder={placeholder} read={readInteger} />
}

/** A number as text. What is no number stays as typed: a complaint names it where it is wrong, and nothing is lost. */
function NumberText({
  node,
  path,
  removable,
  read,
  ...input
}: {
  node: NumberField | IntOrStringField
  path: JsonPath
  removable: boolean | undefined
  read: (typed: string) => number | undefined
  placeholder: string | undefined
  inputMode?: 'numeric' | 'decimal'
}) {
  const { store } = useForm()
  const value = useValue(path)
  const exact = exactValueAt(store, path)
  const [, drawAgain] = useReducer((times: number) => times + 1, 0)
  return (
    <FieldFrame node={node} path={path} removable={removable}>
      {(control) => (
        <input
          {...aria(control)}
          {...input}
          type="text"
          className={classNames(fieldStyles.input, styles.number)}
          autoComplete="off"
          value={typeof exact === 'bigint' ? String(exact) : asText(value)}
          onChange={(event) => {
            const typed = event.target.value
            if (typed.trim() === '' && removable !== false) store.unset(path)
            else setExact(store, path, read(typed) ?? readLargeInteger(typed) ?? typed)
            drawAgain() // the last digits of a large number may be all that differs
          }}
        />
      )}
    </FieldFrame>
  )
}

/** Three answers: on, off, and not set, which is the default's or the controller's business. */
export function BooleanEditor({ node, path, removable }: { node: BooleanField; path: JsonPath; removable?: boolean }) {
  const { store } = useForm()
  const value = useValue(path)
  const name = useId()
  const unset = node.default === undefined ? 'not set' : `not set (${node.default === true ? 'on' : 'off'})`
  const answers: [string, Json | undefined][] = [
    ['on', true],
    ['off', false],
    ...(node.required || removable === false ? [] : ([[unset, undefined]] as [string, undefined][])),
  ]
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.segments} role="radiogroup" aria-labelledby={control.labelId} aria-describedby={control.describedBy}>
          {answers.map(([label, answer]) => (
            <label key={label} className={styles.segment} data-checked={value === answer}>
              <input
                type="radio"
                name={name}
                disabled={control.disabled}
                checked={value === answer}
                onChange={() => (answer === undefined ? store.unset(path) : store.set(path, answer))}
              />
              {label}
            </label>
          ))}
          {value !== undefined && typeof value !== 'boolean' ? <code className={styles.note}>now: {asText(value)}</code> : null}
        </div>
      )}
    </FieldFrame>
  )
}

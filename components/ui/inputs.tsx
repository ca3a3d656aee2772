/** Native form controls in the portal's clothes. All are controlled by `value`/`checked` and a plain-value callback. */
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'
import { Field, type FieldProps } from './field.tsx'

type Own<Element extends 'input' | 'textarea' | 'select'> = Omit<ComponentProps<Element>, 'onChange' | 'value' | 'className' | 'required'>

type Text<Element extends 'input' | 'textarea'> = FieldProps &
  Own<Element> & { value: string; onChange?: (value: string) => void; mono?: boolean }

/** What belongs to the field around a text, and what to its control. */
function apart<Rest extends { readOnly?: boolean | undefined }>({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  mono,
  onChange,
  ...rest
}: FieldProps & Rest & { onChange?: (value: string) => void; mono?: boolean }) {
  return {
    field: { label, help, error, required, hideLabel, className },
    rest,
    text: {
      readOnly: rest.readOnly ?? !onChange,
      className: classNames(styles.input, mono && styles.mono),
      onChange: (event: { target: { value: string } }) => onChange?.(event.target.value),
    },
    spellCheck: mono ? false : undefined,
  }
}

/** One line of text. `mono` for names, ids and paths. */
export function TextField(props: Text<'input'>) {
  const { field, rest, text, spellCheck } = apart(props)
  return (
    <Field {...field}>
      {(control) => <input type="text" autoComplete="off" spellCheck={spellCheck} {...rest} {...control} {...text} />}
    </Field>
  )
}

/** Several lines of text. */
export function TextArea(props: Text<'textarea'>) {
  const { field, rest, text, spellCheck } = apart(props)
  return <Field {...field}>{(control) => <textarea spellCheck={spellCheck} {...rest} {...control} {...text} />}</Field>
}

/** Native form controls in the portal's clothes. All are controlled by `value`/`checked` and a plain-value callback. */
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'
import { Field, type FieldProps } from './field.tsx'

type Own<Element extends 'input' | 'textarea' | 'select'> = Omit<ComponentProps<Element>, 'onChange' | 'value' | 'className' | 'required'>

/** One line of text. `mono` for names, ids and paths. */
export function TextField({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  mono,
  onChange,
  ...rest
}: FieldProps & Own<'input'> & { value: string; onChange?: (value: string) => void; mono?: boolean }) {
  return (
    <Field label={label} help={help} error={error} required={required} hideLabel={hideLabel} className={className}>
      {(control) => (
        <input
          type="text"
          autoComplete="off"
          spellCheck={mono ? false : undefined}
          {...rest}
          {...control}
          readOnly={rest.readOnly ?? !onChange}
          className={classNames(styles.input, mono && styles.mono)}
          onChange={(event) => onChange?.(event.target.value)}
        />
      )}
    </Field>
  )
}

/** Several lines of text. */
export function TextArea({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  mono,
  onChange,
  ...rest
}: FieldProps & Own<'textarea'> & { value: string; onChange?: (value: string) => void; mono?: boolean }) {
  return (
    <Field label={label} help={help} error={error} required={required} hideLabel={hideLabel} className={className}>
      {(control) => (
        <textarea
          spellCheck={mono ? false : undefined}
          {...rest}
          {...control}
          readOnly={rest.readOnly ?? !onChange}
          className={classNames(styles.input, mono && styles.mono)}
          onChange={(event) => onChange?.(event.target.value)}
        />
      )}
    </Field>
  )
}

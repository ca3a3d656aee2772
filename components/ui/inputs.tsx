/** Native form controls in the portal's clothes. All are controlled by `value`/`checked` and a plain-value callback. */
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'
import { Field, type FieldProps } from './field.tsx'
import { Icon } from './icons.tsx'

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

/** One of a short list. `placeholder` is the entry with the empty value, shown while nothing is chosen. Long lists: Combobox. */
export function Select({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  options,
  placeholder,
  onChange,
  ...rest
}: FieldProps &
  Own<'select'> & {
    value: string
    onChange: (value: string) => void
    options: { value: string; label: string; disabled?: boolean }[]
    placeholder?: string
  }) {
  return (
    <Field label={label} help={help} error={error} required={required} hideLabel={hideLabel} className={className}>
      {(control) => (
        <div className={styles.select}>
          <select {...rest} {...control} className={styles.input} onChange={(event) => onChange(event.target.value)}>
            {placeholder === undefined ? null : <option value="">{placeholder}</option>}
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon name="down" size={14} />
        </div>
      )}
    </Field>
  )
}

type CheckProps = Omit<ComponentProps<'input'>, 'onChange' | 'type' | 'className'> & {
  checked: boolean
  onChange: (checked: boolean) => void
}

/** A box to tick; `children` is its label. */
export function Checkbox({ children, onChange, ...rest }: CheckProps) {
  return (
    <label className={styles.check}>
      <input {...rest} type="checkbox" onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  )
}

/** On or off, at once; `children` is its label. Inside forms that are sent later, Checkbox says it better. */
export function Switch({ children, onChange, ...rest }: CheckProps) {
  return (
    <label className={classNames(styles.check, styles.switch)}>
      <input {...rest} type="checkbox" role="switch" aria-checked={rest.checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  )
}

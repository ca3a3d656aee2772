import { type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'
import { Icon } from './icons.tsx'

/** What a control inside a Field must carry, so that its label, help and error are read with it. */
export interface ControlProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
  required: boolean | undefined
}

export interface FieldProps {
  label: ReactNode
  /** One sentence under the control. */
  help?: ReactNode
  /** What is wrong, in a sentence; replaces nothing, stands under the help. */
  error?: string | null | undefined
  required?: boolean
  /** The label is only for screen readers: inside toolbars, where a placeholder and the place say it. */
  hideLabel?: boolean
  className?: string
}

/** Label, control, help and error, tied together for assistive technology. The control is drawn by `children`. */
export function Field({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const describedBy = classNames(help ? `${id}-help` : null, error ? `${id}-error` : null)
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
        {required && !hideLabel ? (
          <span className={styles.required} aria-hidden="true">
            {' '}
            *
          </span>
        ) : null}
      </label>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': error ? true : undefined,
        required: required || undefined,
      })}
      {help ? (
        <div id={`${id}-help`} className={styles.help}>
          {help}
        </div>
      ) : null}
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
    </div>
  )
}

/** The complaint under a control; announced when it appears. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <div id={id} className={styles.error} role="alert">
      <Icon name="failed" size={14} />
      <span>{children}</span>
    </div>
  )
}

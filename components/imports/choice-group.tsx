import type { ReactNode } from 'react'
import styles from './imports.module.css'

/** A few choices that exclude each other, each with a line about it. */
export function ChoiceGroup<Value extends string>({
  legend,
  name,
  value,
  options,
  onChange,
  disabled,
}: {
  legend: string
  name: string
  value: Value
  options: { value: Value; title: ReactNode; about?: string }[]
  onChange: (value: Value) => void
  disabled?: boolean
}) {
  return (
    <fieldset className={styles.options} disabled={disabled}>
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>
            {option.title}
            {option.about ? <span className={styles.optionAbout}>{option.about}</span> : null}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

'use client'

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { classNames } from './class-names.ts'
import styles from './combobox.module.css'
import { nextOption } from './cursor-moves.ts'
import fieldStyles from './field.module.css'
import { Field, type FieldProps } from './field.tsx'
import { counted } from './format.ts'
import { placePanel } from './place-panel.ts'

export interface ComboboxOption {
  value: string
  label: string
  /** A second, quieter line. */
  detail?: string
  /** Stands at the right: a state, a count. */
  aside?: ReactNode
  disabled?: boolean
}

type Outcome = { state: 'loading' } | { state: 'done'; options: ComboboxOption[] } | { state: 'failed'; message: string }

/**
 * A text field that searches, after the ARIA 1.2 combobox pattern: arrows move, enter chooses, escape closes, then
 * empties. `search` answers from the server and is called with an abort signal 150 ms after the last key; without text
 * it gives what to offer at first. `text` is what the field shows while nobody types (the chosen option's label).
 * With `free`, typed text itself is a value: it is given to `onChange` when the field is left.
 * What `search` looks through besides the server may come late: with every change of `known` it is searched again.
 */
export function Combobox({
  label,
  help,
  error,
  required,
  hideLabel,
  className,
  text,
  placeholder,
  disabled,
  mono,
  free,
  search,
  known,
  onChange,
  emptyText = 'Nothing matches.',
  clearOnChoose,
  invalid,
  describedBy,
}: FieldProps & {
  text: string
  placeholder?: string
  disabled?: boolean
  mono?: boolean
  free?: boolean
  search: (query: string, signal: AbortSignal) => Promise<ComboboxOption[]>
  /** Which of the things it looks through are there. Their age is no matter of it: a new answer would move the choice under the hand. */
  known?: string | undefined
  /** The chosen option, `{value: text, label: text}` for free text, or null when the field was emptied. */
  onChange: (option: ComboboxOption | null) => void
  emptyText?: string
  /** For fields that add to a list: empty again after each choice. */
  clearOnChoose?: boolean
  /** What is wrong or to be known is said elsewhere: in the element of this id. */
  invalid?: true | undefined
  describedBy?: string | undefined
}) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [outcome, setOutcome] = useState<Outcome>({ state: 'loading' })
  const latest = useRef(search)
  useEffect(() => {
    latest.current = search
  })
  const query = typed ?? ''
  const options = outcome.state === 'done' ? outcome.options : []

  // biome-ignore lint/correctness/useExhaustiveDependencies: `known` says that `search` knows more now
  useEffect(() => {
    if (!open) return
    const abort = new AbortController()
    const timer = setTimeout(
      () => {
        latest.current(query, abort.signal).then(
          (found) => {
            if (abort.signal.aborted) return
            setOutcome({ state: 'done', options: found })
            setActive(query && found[0] && !found[0].disabled ? 0 : -1)
          },
          (problem: unknown) => {
            if (!abort.signal.aborted)
              setOutcome({ state: 'failed', message: problem instanceof Error ? problem.message : 'The search failed.' })
          },
        )
      },
      query ? 150 : 0,
    )
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [open, query, known])

  useEffect(() => {
    const list = panel.current
    const field = input.current
    if (!open || !list || !field) return
    const place = () => {
      const box = field.getBoundingClientRect()
      list.style.width = `${Math.max(box.width, Math.min(280, window.innerWidth - 16))}px`
      const { left, top } = placePanel(
        box,
        { width: list.offsetWidth, height: list.offsetHeight },
        { width: window.innerWidth, height: window.innerHeight },
        'start',
      )
      list.style.left = `${left}px`
      list.style.top = `${top}px`
    }
    list.showPopover()
    place()
    const watch = new ResizeObserver(place)
    watch.observe(list)
    window.addEventListener('scroll', place, true)
    window.addEventListener('resize', place)
    return () => {
      watch.disconnect()
      window.removeEventListener('scroll', place, true)
      window.removeEventListener('resize', place)
      if (list.isConnected) list.hidePopover()
    }
  }, [open])

  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, id])

  const close = () => {
    setOpen(false)
    setActive(-1)
  }
  const choose = (option: ComboboxOption) => {
    if (option.disabled) return
    setTyped(clearOnChoose ? '' : null)
    close()
    onChange(option)
  }
  const leave = () => {
    close()
    const left = typed
    setTyped(null)
    if (left === null || left === text) return
    if (left === '') onChange(null)
    else if (free) onChange({ value: left, label: left })
  }
  const onKey = (event: KeyboardEvent) => {
    const chosen = options[active]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (open) setActive(nextOption(options, active, event.key === 'ArrowDown' ? 1 : -1))
      else setOpen(true)
    } else if (event.key === 'Enter' && open) {
      if (chosen) choose(chosen)
      else if (free && typed) leave()
      event.preventDefault()
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      event.stopPropagation()
      close()
    } else if (event.key === 'Escape' && typed !== null) {
      event.preventDefault()
      setTyped(null)
    }
  }

  return (
    <Field label={label} help={help} error={error} required={required} hideLabel={hideLabel} className={className}>
      {(control) => (
        <div className={styles.box}>
          <input
            {...control}
            aria-describedby={classNames(control['aria-describedby'], describedBy) || undefined}
            aria-invalid={control['aria-invalid'] ?? invalid}
            ref={input}
            type="text"
            role="combobox"
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            placeholder={placeholder}
            className={classNames(fieldStyles.input, mono && fieldStyles.mono)}
            aria-autocomplete="list"
            aria-expanded={open}
            aria-controls={`${id}-list`}
            aria-activedescendant={open && active >= 0 ? `${id}-${active}` : undefined}
            value={typed ?? text}
            onChange={(event) => {
              setTyped(event.target.value)
              // what was lit answers the text before: enter must not choose it
              setActive(-1)
              setOpen(true)
            }}
            onClick={() => setOpen(true)}
            onBlur={leave}
            onKeyDown={onKey}
          />
          <div ref={panel} popover="manual" className={styles.panel}>
            <div id={`${id}-list`} role="listbox" aria-label={typeof label === 'string' ? label : 'Suggestions'}>
              {options.map((option, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys, after the ARIA pattern
                // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus, after the ARIA pattern
                <div
                  key={option.value}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === active}
                  aria-disabled={option.disabled || undefined}
                  data-active={index === active}
                  className={styles.option}
                  onMouseDown={(event) => event.preventDefault()}
                  onMouseEnter={() => setActive(index)}
                  onClick={() => choose(option)}
                >
                  <span className={styles.label}>{option.label}</span>
                  {option.aside}
                  {option.detail ? <span className={styles.detail}>{option.detail}</span> : null}
                </div>
              ))}
            </div>
            {outcome.state === 'failed' ? (
              <div className={styles.note}>{outcome.message}</div>
            ) : outcome.state === 'done' && options.length === 0 ? (
              <div className={styles.note}>{free && query ? 'Nothing matches; what you typed is used as it is.' : emptyText}</div>
            ) : outcome.state === 'loading' ? (
              <div className={styles.note}>Searching…</div>
            ) : null}
          </div>
          <span className="visually-hidden" role="status">
            {open && outcome.state === 'done' ? counted(options.length, 'suggestion') : ''}
          </span>
        </div>
      )}
    </Field>
  )
}

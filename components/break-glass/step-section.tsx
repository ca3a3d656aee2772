'use client'

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { Icon } from '#components/ui/icons.tsx'
import styles from './break-glass.module.css'
import { stepTitles } from './session-words.ts'

export type StepState = 'done' | 'now' | 'ahead'

const words: Record<StepState, string> = { done: 'done', now: 'now', ahead: 'not yet' }

/**
 * Puts the focus where a step that has become the next one wants it: on what carries `data-first`, as soon as that is
 * there; until then on the step itself. Whoever goes elsewhere meanwhile stays there. Gives what ends the waiting.
 */
function focusFirst(body: HTMLElement): () => void {
  const find = () => {
    const first = body.querySelector<HTMLElement>('[data-first]:not(:disabled)')
    first?.focus({ preventScroll: true })
    return first !== null
  }
  body.closest('section')?.scrollIntoView({ block: 'nearest' })
  if (find()) return () => undefined
  body.focus({ preventScroll: true })
  const observer = new MutationObserver(() => {
    const here = document.activeElement
    if ((here !== body && here !== document.body) || find()) observer.disconnect()
  })
  observer.observe(body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
  return () => observer.disconnect()
}

/**
 * One of the seven steps: folded to a line with its result when it is done, open when it is the next one. A step that
 * becomes the next one while the page is open takes the focus. `onward` is what Ctrl+Enter does in it.
 */
export function StepSection({
  number,
  state,
  summary,
  wide,
  onward,
  keep,
  children,
}: {
  /** Counted from 0. */
  number: number
  state: StepState
  summary?: ReactNode
  /** What stands in it needs the whole width. */
  wide?: boolean
  onward?: (() => void) | undefined
  /** What stands in it stays alive while it is folded. */
  keep?: boolean
  children?: ReactNode
}) {
  const id = useId()
  const body = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState(false)
  const before = useRef(state)
  useEffect(() => {
    const entered = state === 'now' && before.current !== 'now'
    before.current = state
    if (state === 'now') setShown(false)
    return entered && body.current ? focusFirst(body.current) : undefined
  }, [state])
  const open = state === 'now' || shown
  const hasBody = children !== undefined && children !== null && children !== false
  const goOn = (event: KeyboardEvent) => {
    if (!onward || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
    onward()
  }
  return (
    <section className={styles.step} data-state={state} aria-labelledby={`${id}-title`} id={`step-${number + 1}`}>
      <div className={styles.stepHead}>
        <span className={styles.number} aria-hidden="true">
          {state === 'done' ? <Icon name="check" size={14} /> : number + 1}
        </span>
        <h2 id={`${id}-title`} aria-current={state === 'now' ? 'step' : undefined}>
          {stepTitles[number]}
          <span className="visually-hidden">
            {' '}
            (step {number + 1} of {stepTitles.length}, {words[state]})
          </span>
        </h2>
        <div className={styles.summary}>{open && state === 'now' ? null : summary}</div>
        {state === 'done' && hasBody ? (
          <Button size="small" look="quiet" aria-expanded={shown} aria-controls={`${id}-body`} onClick={() => setShown(!shown)}>
            {shown ? 'Hide' : 'Show'}
            <span className="visually-hidden"> {stepTitles[number]}</span>
          </Button>
        ) : null}
      </div>
      {hasBody && (open || keep) ? (
        <div
          ref={body}
          id={`${id}-body`}
          tabIndex={-1}
          hidden={!open}
          className={classNames(styles.body, wide && styles.wideBody)}
          onKeyDownCapture={goOn}
        >
          {children}
        </div>
      ) : null}
    </section>
  )
}

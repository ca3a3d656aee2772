'use client'

import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { Icon } from './icons.tsx'
import styles from './toast.module.css'

interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: ReactNode
}

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function change(next: readonly Toast[]) {
  toasts = next
  for (const listener of listeners) listener()
}

const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id))

/** Says in passing that something happened. What the person must act on belongs on the page instead. */
export function showToast(text: ReactNode, tone: Toast['tone'] = 'good'): void {
  last += 1
  change([...toasts.slice(-2), { id: last, tone, text }])
}

/** The place toasts appear; stands once in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
    () => toasts,
  )
  return (
    <div className={styles.stack} aria-live="polite" role="status">
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function OneToast({ toast }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(toast.id), toast.tone === 'bad' ? 12_000 : 6000)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className={classNames(styles.toast, styles[toast.tone])}>
      <Icon name={toast.tone === 'good' ? 'ready' : 'failed'} />
      <div>{toast.text}</div>
      <IconButton size="small" icon="close" label="Dismiss" onClick={() => dismiss(toast.id)} />
    </div>
  )
}

'use client'

import { useEffect, useState } from 'react'
import { Button, IconButton } from './button.tsx'

/** Copies a text; one that changes with every key is asked for when it is copied. With `children` it is a button with words, else an icon named `label`. */
export function CopyButton({ text, label = 'Copy', children }: { text: string | (() => string); label?: string; children?: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null)
  useEffect(() => {
    if (!outcome) return
    const timer = setTimeout(() => setOutcome(null), 2000)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = () =>
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    )
  const said = outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'The browser refused to copy' : null
  return (
    <>
      {children ? (
        <Button size="small" icon={outcome === 'copied' ? 'check' : 'copy'} onClick={copy}>
          {said ?? children}
        </Button>
      ) : (
        <IconButton size="small" icon={outcome === 'copied' ? 'check' : 'copy'} label={said ?? label} onClick={copy} />
      )}
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}

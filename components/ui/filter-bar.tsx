'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import styles from './filter-bar.module.css'
import { Icon } from './icons.tsx'
import { TextField } from './inputs.tsx'
import { useAddressText } from './use-address-text.ts'

/** The row of fields and menus above a list. */
export function FilterBar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <search className={styles.bar} aria-label={label}>
      {children}
    </search>
  )
}

/** The text condition of a list, `value` as the address has it; what is typed reaches the address 250 ms after the last key. */
export function FindField({
  label,
  placeholder,
  className,
  value,
  hrefOf,
}: {
  label: string
  placeholder: string
  className?: string | undefined
  value: string
  hrefOf: (text: string) => string
}) {
  const router = useRouter()
  const [text, setText] = useAddressText({
    address: value,
    rest: hrefOf(''),
    after: 250,
    send: (typed) => router.replace(hrefOf(typed), { scroll: false }),
  })
  return (
    <TextField
      className={className}
      label={label}
      hideLabel
      type="search"
      maxLength={200}
      placeholder={placeholder}
      value={text}
      onChange={setText}
    />
  )
}

/** What filters a list, each removable; nothing where nothing does. `without`: the address of the list without that condition. */
export function FilterChips({ chips, cleared }: { chips: readonly { key: string; text: string; without: string }[]; cleared: string }) {
  if (chips.length === 0) return null
  return (
    <div className={styles.chips}>
      {chips.map(({ key, text, without }) => (
        <Link key={key} href={without} className={styles.chip} aria-label={`Remove ${text}`} replace scroll={false}>
          {text}
          <Icon name="close" size={12} />
        </Link>
      ))}
      <Link href={cleared} replace scroll={false}>
        Clear all
      </Link>
    </div>
  )
}

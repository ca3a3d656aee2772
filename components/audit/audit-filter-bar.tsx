'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { FilterBar } from '#components/ui/filter-bar.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Menu, MenuItem, MenuLabel } from '#components/ui/menu.tsx'
import { useAddressText } from '#components/ui/use-address-text.ts'
import { auditOutcomes } from '#lib/audit-format/audit-entry.ts'
import styles from './audit.module.css'
import { type AuditAddress, auditPath, isCut, noFilter, toggledIn, withAudit } from './audit-filter.ts'
import { auditQueries } from './audit-queries.ts'
import { actionWords, outcomeLooks } from './audit-words.ts'

/** Person, action, outcome, project, target and days; each change is a new address. */
export function AuditFilterBar({ address, all }: { address: AuditAddress; all: boolean }) {
  const router = useRouter()
  const facets = useQuery(auditQueries.facets())
  const go = (change: Parameters<typeof withAudit>[1]) => router.replace(auditPath(withAudit(address, change)), { scroll: false })
  const actions = [...new Set([...(facets.data?.actions ?? []), ...address.action])]
  const people = facets.data?.actors ?? []
  return (
    <FilterBar label="Filter the audit log">
      {all ? (
        <Combobox
          label="Person"
          hideLabel
          free
          className={styles.person}
          text={address.actor}
          placeholder="Person"
          search={async (query) =>
            people
              .filter((actor) => actor.toLowerCase().includes(query.toLowerCase()))
              .slice(0, 50)
              .map((actor) => ({ value: actor, label: actor }))
          }
          known={facets.data && 'people'}
          emptyText="Nobody of that name has acted."
          onChange={(option) => go({ actor: option?.value.trim() ?? '' })}
        />
      ) : null}
      <Menu
        align="start"
        label="Action"
        trigger={(button) => <Button {...button}>Action{address.action.length > 0 ? ` (${address.action.length})` : ''} ▾</Button>}
      >
        {actions.length === 0 ? <MenuLabel>{facets.data ? 'Nothing to choose from' : 'Loading…'}</MenuLabel> : null}
        {actions.map((action) => (
          <MenuItem
            key={action}
            href={auditPath(withAudit(address, { action: toggledIn(address.action, action) }))}
            checked={address.action.includes(action)}
          >
            {actionWords(action)}
          </MenuItem>
        ))}
      </Menu>
      <Menu
        align="start"
        label="Outcome"
        trigger={(button) => <Button {...button}>Outcome{address.outcome.length > 0 ? ` (${address.outcome.length})` : ''} ▾</Button>}
      >
        {auditOutcomes.map((outcome) => (
          <MenuItem
            key={outcome}
            icon={outcomeLooks[outcome].icon}
            href={auditPath(withAudit(address, { outcome: toggledIn(address.outcome, outcome) }))}
            checked={address.outcome.includes(outcome)}
          >
            {outcomeLooks[outcome].word}
          </MenuItem>
        ))}
      </Menu>
      <Exact key={`project ${address.namespace}`} label="Project" value={address.namespace} onChange={(namespace) => go({ namespace })} />
      <Exact
        key={`target ${address.subject}`}
        label="Resource or proposal"
        value={address.subject}
        onChange={(subject) => go({ subject })}
      />
      <Day label="From" value={address.from} rest={auditPath(address)} max={address.to} onChange={(from) => go({ from })} />
      <Day label="To" value={address.to} rest={auditPath(address)} min={address.from} onChange={(to) => go({ to })} />
      {isCut(address) ? (
        <LinkButton look="quiet" icon="close" href={auditPath(noFilter)}>
          Clear
        </LinkButton>
      ) : null}
    </FilterBar>
  )
}

/** A name or id; it counts when enter is pressed or the field is left, since only a whole one finds anything. */
function Exact({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value)
  const send = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() !== value) onChange(text.trim())
  }
  return (
    <form onSubmit={send} className={styles.exact}>
      <TextField
        label={label}
        hideLabel
        type="search"
        maxLength={300}
        placeholder={label}
        value={text}
        onChange={setText}
        onBlur={() => send()}
      />
    </form>
  )
}

/** A day; each digit of its year makes another one, so it counts when the typing rests. */
function Day({
  label,
  value,
  rest,
  onChange,
  ...range
}: {
  label: string
  value: string
  rest: string
  min?: string
  max?: string
  onChange: (value: string) => void
}) {
  const [day, setDay] = useAddressText({ address: value, rest, after: 500, send: onChange })
  return (
    <label className={styles.day}>
      <span>{label}</span>
      <input
        type="date"
        value={day}
        min={range.min || undefined}
        max={range.max || undefined}
        onChange={(event) => setDay(event.target.value)}
      />
    </label>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { queries } from '#components/data/queries.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Alert } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { plainName } from './session-words.ts'
import { useAct } from './use-act.ts'

const alertWords: Readonly<Record<Alert['type'], string>> = {
  'unmatched-use': 'Used without a session',
  'anonymous-use': 'Used without a name',
  'intent-without-event': 'Not seen in the cluster',
  'gate-by-hand': 'Opened past the portal',
}

/** What the cluster's own audit log shows that no session explains, and the other way round. Nothing where one may not see alerts. */
export function AlertsPanel() {
  const me = useQuery(queries.me())
  const may = me.data?.admin === true || me.data?.auditor === true
  const list = useQuery({ ...breakGlassQueries.alerts(), enabled: may })
  if (list.isError && !list.data) return <Banner tone="amber">Alerts could not be read. {list.error.message}</Banner>
  if (!list.data) return null
  const { items, reading } = list.data
  const open = items.filter(({ acknowledgedAt }) => acknowledgedAt === null)
  const seen = items.filter(({ acknowledgedAt }) => acknowledgedAt !== null)
  return (
    <>
      {reading
        .filter(({ problem }) => problem !== null)
        .map(({ cluster, problem }) => (
          <Banner key={cluster} tone="amber">
            {problem}
          </Banner>
        ))}
      {open.length > 0 ? (
        <Section title={`${counted(open.length, 'alert')} to look at`}>
          <ul className={styles.alerts}>
            {open.map((alert) => (
              <OneAlert key={alert.id} alert={alert} />
            ))}
          </ul>
        </Section>
      ) : null}
      {seen.length > 0 ? (
        <details className={styles.fold}>
          <summary>{counted(seen.length, 'alert')} somebody has looked at</summary>
          <ul className={styles.alerts}>
            {seen.map((alert) => (
              <OneAlert key={alert.id} alert={alert} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  )
}

function OneAlert({ alert }: { alert: Alert }) {
  const [note, setNote] = useState('')
  const [answering, setAnswering] = useState(false)
  const { busy, problem, act } = useAct()
  const done = alert.acknowledgedAt !== null
  return (
    <li className={styles.alert} data-done={done}>
      <div className={styles.toolbar}>
        <Badge tone={done ? 'grey' : 'red'} icon="warning">
          {alertWords[alert.type]}
        </Badge>
        <span className={styles.small}>
          {alert.namespace} on {alert.cluster} · <RelativeTime at={alert.at} />
        </span>
        {alert.session ? <Link href={breakGlassPages.session(alert.session)}>The session</Link> : null}
      </div>
      <p>{alert.message}</p>
      {done ? (
        <p className={styles.muted}>
          {plainName(alert.acknowledgedBy ?? 'Somebody')} <RelativeTime at={alert.acknowledgedAt} />: {alert.note}
        </p>
      ) : answering ? (
        <form
          className={styles.apply}
          onSubmit={(event) => {
            event.preventDefault()
            if (note.trim() !== '') void act<Alert>('acknowledge', breakGlassApi.acknowledge(alert.id), { note: note.trim() })
          }}
        >
          <TextField label="What it was, and what you did" autoFocus maxLength={1000} value={note} onChange={setNote} />
          <Button type="submit" look="primary" busy={busy !== null} disabled={note.trim() === ''}>
            Note it
          </Button>
        </form>
      ) : (
        <div className={styles.go}>
          <Button size="small" onClick={() => setAnswering(true)}>
            I have looked at it…
          </Button>
        </div>
      )}
      <ActProblem problem={problem} />
    </li>
  )
}

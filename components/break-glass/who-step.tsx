'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { listed } from '#components/ui/format.ts'
import { TextArea } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { PersonName } from './person-name.tsx'
import { actingWords } from './session-aside.tsx'
import { plainName } from './session-words.ts'
import { proveWhoIAm } from './step-up.ts'
import { useAct } from './use-act.ts'

/** Step 2 before a session is open: a second person agrees or refuses, then the requester opens it. */
export function WhoStep({ session, mine }: { session: SessionDetail; mine: boolean }) {
  const { busy, problem, act } = useAct()
  const waitsForSecond = session.state === 'requested' && session.tier === 'approval'
  const offer = useQuery({ ...breakGlassQueries.offer(session), enabled: mine && waitsForSecond })
  const groups = offer.data?.approverGroups
  if (session.state === 'refused')
    return (
      <Banner tone="red">
        {plainName(session.decidedBy ?? 'Somebody')} refused <RelativeTime at={session.decidedAt} />
        {session.decisionNote ? `: ${session.decisionNote}` : '.'} Nothing was opened.
      </Banner>
    )
  return (
    <>
      {session.abilities.approve ? (
        <Decide session={session} />
      ) : waitsForSecond ? (
        <>
          <p>
            {!mine
              ? `It waits for a second person. Only members of the groups that approve can agree${
                  session.abilities.end ? `; what you can do is give it up for ${session.requestedBy.name}.` : '.'
                }`
              : groups?.length === 0
                ? 'It waits for a second person, and nobody can agree: no group is named for it. Ask your platform team.'
                : `It waits for a second person${groups ? ` of ${listed(groups)}` : ''}. They were told. This page goes on by itself when somebody has answered.`}
          </p>
          {mine ? (
            <div className={styles.go}>
              <CopyButton text={() => window.location.origin + breakGlassPages.session(session.id)}>Copy the link to send them</CopyButton>
            </div>
          ) : null}
        </>
      ) : mine ? null : (
        <p>
          <PersonName person={session.requestedBy} /> has not opened it yet.
        </p>
      )}
      {session.decidedBy ? <Agreed session={session} /> : null}
      {session.abilities.open ? (
        <>
          <p>The {session.minutes} minutes begin when you open it.</p>
          <div className={styles.go}>
            <Button
              look="primary"
              icon="breakGlass"
              data-first
              busy={busy !== null}
              onClick={() =>
                session.stepUp ? proveWhoIAm(breakGlassPages.session(session.id)) : void act('open', breakGlassApi.act(session.id, 'open'))
              }
            >
              {session.stepUp ? 'Prove who you are' : session.drill ? 'Start practising' : 'Open break-glass'}
            </Button>
            {session.stepUp ? <span className={styles.muted}>Your company account asks for you once more and leads back here.</span> : null}
          </div>
        </>
      ) : null}
      <ActProblem problem={problem} />
    </>
  )
}

function Agreed({ session }: { session: SessionDetail }) {
  return (
    <p>
      {plainName(session.decidedBy ?? 'Somebody')} agreed <RelativeTime at={session.decidedAt} />
      {session.decisionNote ? `: ${session.decisionNote}` : '.'}
    </p>
  )
}

/** What a second person reads and answers. */
function Decide({ session }: { session: SessionDetail }) {
  const [note, setNote] = useState('')
  const { busy, problem, act } = useAct()
  const decide = (answer: 'approve' | 'refuse') => void act(answer, breakGlassApi.act(session.id, answer), { note: note.trim() })
  return (
    <div className={styles.fields}>
      <p>
        <PersonName person={session.requestedBy} /> asks to act as <code>{session.account}</code> for {session.minutes} minutes, to{' '}
        {session.action === 'delete' ? 'delete' : 'change'} <strong>{session.name}</strong>; it lets them change other resources of{' '}
        {session.namespace} too. Deletions and changes of access rights need a second person: you. Agree only if you know why.
      </p>
      <p className={styles.box}>{session.reason}</p>
      <TextArea
        label="Note"
        data-first
        rows={2}
        maxLength={1000}
        value={note}
        onChange={setNote}
        help="It stays in the audit log, and they read it."
      />
      <ActProblem problem={problem} />
      <div className={styles.go}>
        <Button
          look="primary"
          busy={busy === 'approve'}
          disabled={busy !== null}
          onClick={() => (session.stepUp ? proveWhoIAm(breakGlassPages.session(session.id)) : decide('approve'))}
        >
          {session.stepUp ? 'Prove who you are, to agree' : 'Agree'}
        </Button>
        <Button busy={busy === 'refuse'} disabled={busy !== null} onClick={() => decide('refuse')}>
          Refuse
        </Button>
      </div>
    </div>
  )
}

/** Step 2 afterwards: who acted as whom, and who agreed. */
export function WhoFacts({ session }: { session: SessionDetail }) {
  const { name, username } = session.requestedBy
  return (
    <>
      {session.openedAt ? (
        <p>
          <PersonName person={session.requestedBy} /> (<code>{username}</code>) acts as <code>{session.account}</code>, with their own
          token. The cluster's audit log names both.
        </p>
      ) : (
        <p>{name} never opened it.</p>
      )}
      {session.mode ? <p className={styles.muted}>{actingWords[session.mode]}</p> : null}
      {session.decidedBy ? (
        <Agreed session={session} />
      ) : session.tier === 'ordinary' && session.openedAt ? (
        <Told session={session} />
      ) : null}
    </>
  )
}

/** Who heard of a session that nobody had to agree to. */
function Told({ session }: { session: SessionDetail }) {
  const offer = useQuery(breakGlassQueries.offer(session))
  const groups = offer.data?.approverGroups
  return (
    <p className={styles.muted}>
      {groups === undefined
        ? 'Nobody had to agree.'
        : groups.length === 0
          ? 'Nobody had to agree, and nobody was told: no group is named for it.'
          : `Nobody had to agree. The members of ${listed(groups)} were told.`}
    </p>
  )
}

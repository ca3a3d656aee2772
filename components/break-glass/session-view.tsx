'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { counted, kindOf } from '#components/ui/format.ts'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import { ApplyStep } from './apply-step.tsx'
import styles from './break-glass.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { ChangedFields } from './changed-fields.tsx'
import { DifferenceStep } from './difference-step.tsx'
import { DryRunStep } from './dry-run-step.tsx'
import { EditStep } from './edit-step.tsx'
import { HandBackStep } from './hand-back-step.tsx'
import { SentChanges, SentDifferences } from './sent-steps.tsx'
import { SessionAside } from './session-aside.tsx'
import { hasChecklist, isBefore, isMade, isOpen, isOver, isWritten, plainName, sentChanges } from './session-words.ts'
import { StepSection, type StepState } from './step-section.tsx'
import { StoryList } from './story-list.tsx'
import { useWork } from './use-work.ts'
import { WhoFacts, WhoStep } from './who-step.tsx'

/** One session, whoever looks: its requester, who approves, who reviews, and who only reads. */
export function SessionView({ id }: { id: string }) {
  const me = useQuery(queries.me())
  const detail = useQuery(breakGlassQueries.session(id))
  const failed = detail.isError && !detail.data ? detail : me.isError && !me.data ? me : null
  if (failed)
    return (
      <ErrorState page error={failed.error} what="this session" retry={() => void failed.refetch()}>
        <LinkButton href={breakGlassPages.list}>All sessions</LinkButton>
      </ErrorState>
    )
  if (!detail.data || !me.data) return <Skeleton lines={3} rows={7} label="Loading the session" />
  return (
    <Session
      key={id}
      session={detail.data}
      receivedAt={detail.dataUpdatedAt}
      username={me.data.username}
      problem={detail.isError ? detail.error.message : null}
    />
  )
}

function Session({
  session,
  receivedAt,
  username,
  problem,
}: {
  session: SessionDetail
  receivedAt: number
  username: string
  /** Why the last answer is not the newest. */
  problem: string | null
}) {
  const mine = session.requestedBy.username === username
  const work = useWork(session, mine ? session.action : null)
  const { step, change } = work
  const stateOf = (number: number): StepState => (session.state === 'closed' || number < step ? 'done' : number === step ? 'now' : 'ahead')
  const sent = sentChanges(session)
  const summaries = summariesOf(session, change, sent)
  const checklist = hasChecklist(session)
  // what never happened in a session that is over is left out
  const shown = (number: number) => !isOver(session.state) || number < 2 || (number === 6 ? checklist : sent.length > 0)
  // whoever looks back, or only looks on, sees what was sent; before that, what is judged
  const lookedAt = (step > 5 ? sent : change && step > 3 ? [change] : []).filter(
    (each) => each.action === 'delete' || each.fields.length > 0,
  )
  const section = (number: number) => ({ number, state: stateOf(number), summary: summaries[number] })
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <PageHeader title={session.name} mono actions={<LinkButton href={pagePaths.resource(session)}>Open the resource</LinkButton>}>
          Break-glass to {session.action === 'delete' ? 'delete this' : 'change this'} {kindOf(session.kind)} in{' '}
          <Link href={pagePaths.project(session.namespace, session.cluster)}>{session.namespace}</Link>, asked for by{' '}
          {session.requestedBy.name} <RelativeTime at={session.requestedAt} />.
        </PageHeader>
        {session.drill ? (
          <div className={styles.drill}>
            <p>
              <strong>Practice.</strong> Everything works as in a real session up to the dry run. Nothing is applied.
            </p>
          </div>
        ) : null}
        {problem ? <Banner tone="amber">{problem} What you see is the last answer.</Banner> : null}
        {session.problem ? <Banner tone="amber">{session.problem}</Banner> : null}
        {isOver(session.state) || !(isOpen(session.state) && !mine) ? null : (
          <Banner tone="violet">{session.requestedBy.name} works here now. You see what they do; only they can edit and apply.</Banner>
        )}
        <Outcome session={session} />
        {change?.state === 'failed' && change.undoOf === null && isOpen(session.state) ? (
          <Banner tone="red">The cluster did not take the change. {change.problem}</Banner>
        ) : null}
      </div>
      <div className={styles.steps}>
        <StepSection {...section(0)}>
          <Why session={session} />
        </StepSection>
        <StepSection {...section(1)} state={session.state === 'refused' ? 'now' : stateOf(1)}>
          {isBefore(session.state) || session.state === 'refused' ? (
            <WhoStep session={session} mine={mine} />
          ) : (
            <WhoFacts session={session} />
          )}
        </StepSection>
        {shown(2) ? (
          <>
            <StepSection {...section(2)} wide keep>
              {session.abilities.edit && isOpen(session.state) && !(change && isWritten(change)) ? (
                <EditStep session={session} work={work} />
              ) : change && change.fields.length > 0 ? (
                <ChangedFields fields={change.fields} label="Typed so far" />
              ) : step === 2 ? (
                <p className={styles.muted}>Nothing is typed yet.</p>
              ) : null}
            </StepSection>
            <StepSection {...section(3)} onward={step === 3 ? work.dryRun : undefined}>
              {change && step >= 3 && session.abilities.edit && !isWritten(change) ? (
                <DifferenceStep session={session} change={change} now={step === 3} edit={work.edit} onward={work.dryRun} />
              ) : lookedAt.length > 0 ? (
                <SentDifferences session={session} changes={lookedAt} />
              ) : null}
            </StepSection>
            <StepSection {...section(4)}>
              {change && (work.asking || work.problem !== null || (step >= 4 && change.dryRun !== null)) ? (
                <>
                  <DryRunStep
                    change={change}
                    running={work.asking}
                    now={step === 4}
                    goTo={work.goTo}
                    edit={work.edit}
                    again={work.dryRun}
                  />
                  <ActProblem problem={work.problem} />
                </>
              ) : null}
            </StepSection>
            <StepSection {...section(5)}>
              {change && step === 5 ? (
                session.abilities.edit || session.state === 'applying' ? (
                  <ApplyStep key={`${change.id} ${change.revision}`} session={session} change={change} edit={work.edit} />
                ) : (
                  <p className={styles.muted}>The dry run was accepted. {session.requestedBy.name} has not applied it yet.</p>
                )
              ) : step > 5 && sent.length > 0 ? (
                <SentChanges session={session} changes={sent} />
              ) : null}
            </StepSection>
          </>
        ) : null}
        {shown(6) ? (
          <StepSection {...section(6)}>
            {checklist ? (
              <HandBackStep session={session} mine={mine} startAgain={session.abilities.edit && step === 6 ? work.startAgain : null} />
            ) : null}
          </StepSection>
        ) : null}
        {isBefore(session.state) ? null : (
          <Section title="What happened">
            <StoryList session={session} />
          </Section>
        )}
      </div>
      <SessionAside session={session} receivedAt={receivedAt} mine={mine} />
    </div>
  )
}

/** How a session that is over ended, in a sentence. */
function Outcome({ session }: { session: SessionDetail }) {
  if (session.state === 'closed')
    return (
      <Banner tone="green">
        Closed <RelativeTime at={session.closedAt} />
        {session.drill ? '. It was practice; nothing was applied.' : ': Git and the cluster say the same, and a second person has signed.'}
      </Banner>
    )
  if (session.state === 'expired' || session.state === 'ended')
    return (
      <Banner>
        {session.endReason === 'idle'
          ? 'It ended by itself because nothing was done'
          : session.endReason === 'expired' || session.state === 'expired'
            ? 'Its time ran out'
            : `${plainName(session.endedBy ?? 'Somebody')} ended it`}{' '}
        <RelativeTime at={session.endedAt} />. {session.changes.some(isMade) ? 'What was changed was put back.' : 'Nothing was changed.'}{' '}
        <Link href={breakGlassPages.start(session)}>Open break-glass again</Link>
      </Banner>
    )
  return null
}

function Why({ session }: { session: SessionDetail }) {
  return (
    <>
      <p className={styles.prose}>{session.reason}</p>
      <p className={styles.muted}>
        {session.ticket ? (
          <>Ticket {session.ticket.url ? <a href={session.ticket.url}>{session.ticket.text}</a> : session.ticket.text} · </>
        ) : null}
        {counted(session.minutes, 'minute')}
        {session.incident ? ' · said to be an incident' : ''}
      </p>
    </>
  )
}

/** What each step came to, in a line. */
function summariesOf(session: SessionDetail, change: SessionChange | undefined, sent: readonly SessionChange[]): (string | null)[] {
  const last = change ?? sent.at(-1)
  const fields = last ? (last.action === 'delete' ? 'deletion' : counted(last.fields.length, 'field')) : null
  const deciding = session.decidedBy ? `, ${plainName(session.decidedBy)} agreed` : ''
  return [
    `${session.reason}${session.ticket ? ` · ${session.ticket.text}` : ''}`,
    isBefore(session.state) ? null : `${session.requestedBy.name} as ${session.account}${deciding}`,
    last && (last.fields.length > 0 || last.action === 'delete') ? fields : null,
    fields && (!isOpen(session.state) || last?.patchHash) ? `${fields} of ${last?.name}` : null,
    last?.dryRun ? `${last.dryRun.accepted ? 'accepted' : 'refused'} in ${Math.round(last.dryRun.milliseconds)} ms` : null,
    sent.length > 0 ? `${counted(sent.length, 'change')} sent to the cluster` : session.drill ? 'nothing is applied in practice' : null,
    session.state === 'closed' && !session.drill ? 'nothing left over, review signed' : null,
  ]
}

'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { kindOf, listed } from '#components/ui/format.ts'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { BreakGlassSession, Offer, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassKeys } from './break-glass-keys.ts'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { keptRequest, requestProblems, type TypedRequest } from './kept-request.ts'
import { actingWords } from './session-aside.tsx'
import { shortestReason, stepTitles } from './session-words.ts'
import { StepSection } from './step-section.tsx'
import { proveWhoIAm } from './step-up.ts'
import { useAct } from './use-act.ts'
import { WhyForm } from './why-form.tsx'

/** The page before a session: which resource the address names, whether one may, and step 1. */
export function NewSession() {
  const search = useSearchParams()
  const [cluster, namespace, kind, name] = ['cluster', 'namespace', 'kind', 'name'].map((key) => search.get(key))
  const at = cluster && namespace && kind && name ? { cluster, namespace, kind, name } : null
  const me = useQuery(queries.me())
  const offer = useQuery({ ...breakGlassQueries.offer(at ?? { cluster: '', namespace: '', kind: '', name: '' }), enabled: at !== null })
  if (!at)
    return (
      <EmptyState
        page
        title="Of which resource?"
        icon="breakGlass"
        action={
          <LinkButton look="primary" href={pagePaths.resources()}>
            Choose a resource
          </LinkButton>
        }
      >
        Break-glass is opened from the page of the resource that must be changed now.
      </EmptyState>
    )
  const back = <LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>
  const failed = offer.isError && !offer.data ? offer : me.isError && !me.data ? me : null
  if (failed)
    return (
      <ErrorState page error={failed.error} what={at.name} retry={() => void failed.refetch()}>
        {back}
      </ErrorState>
    )
  if (!offer.data || !me.data) return <Skeleton lines={3} rows={7} label={`Loading break-glass for ${at.name}`} />
  if (offer.data.mine)
    return (
      <EmptyState
        page
        title={`You have a session in ${at.namespace} already`}
        icon="breakGlass"
        action={
          <>
            <LinkButton look="primary" href={breakGlassPages.session(offer.data.mine)}>
              Go to your session
            </LinkButton>
            {back}
          </>
        }
      >
        One at a time in each project: go on there, or end it first.
      </EmptyState>
    )
  if (offer.data.refused !== null)
    return (
      <EmptyState page title={`You cannot open break-glass for ${at.name}`} icon="breakGlass" action={back}>
        {offer.data.refused}
      </EmptyState>
    )
  return (
    <Asking
      key={me.data.username}
      at={at}
      offer={offer.data}
      username={me.data.username}
      deleting={search.get('action') === 'delete'}
      back={back}
    />
  )
}

function Asking({
  at,
  offer,
  username,
  deleting,
  back,
}: {
  at: ResourceAddress
  offer: Offer
  username: string
  deleting: boolean
  back: React.ReactNode
}) {
  const router = useRouter()
  const client = useQueryClient()
  const { busy, problem, act } = useAct()
  const [typed, setTyped] = useState<TypedRequest>(
    () =>
      keptRequest.read(username, at) ?? {
        reason: '',
        ticket: '',
        minutes: String(offer.minutes.usual),
        drill: false,
        incident: false,
        wanted: false,
      },
  )
  const [asked, setAsked] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const returned = useRef(typed.wanted && !offer.stepUp)
  useEffect(() => {
    if (returned.current) button.current?.focus()
  }, [])
  const change = (part: Partial<TypedRequest>) => {
    const next = { ...typed, ...part, wanted: false }
    setTyped(next)
    keptRequest.write(username, at, next)
  }
  const submit = async () => {
    setAsked(true)
    if (busy) return
    const wrong = requestProblems(typed, { shortest: shortestReason, ticket: offer.ticket, most: offer.minutes.most })
    if (Object.keys(wrong).length > 0) {
      requestAnimationFrame(() => document.querySelector<HTMLElement>('#step-1 [aria-invalid="true"]')?.focus())
      return
    }
    if (offer.stepUp) {
      keptRequest.write(username, at, { ...typed, wanted: true })
      proveWhoIAm(breakGlassPages.start(at, deleting ? 'delete' : 'edit'))
      return
    }
    const session = await act<BreakGlassSession>('request', breakGlassApi.sessions(), {
      ...at,
      action: deleting ? 'delete' : 'edit',
      reason: typed.reason.trim(),
      ticket: typed.ticket.trim() || null,
      minutes: Number(typed.minutes),
      drill: typed.drill,
      incident: typed.incident && offer.blocked !== null,
    })
    if (!session) return
    keptRequest.write(username, at, null)
    // whom nobody must approve goes straight on; what goes wrong there is said on the session's own page
    if (session.tier === 'ordinary' && (session.state === 'requested' || session.state === 'approved')) {
      const opened = await act<SessionDetail>('open', breakGlassApi.act(session.id, 'open'))
      if (opened) client.setQueryData(breakGlassKeys.session(session.id), opened)
    }
    router.replace(breakGlassPages.session(session.id))
  }
  const secondPerson = deleting || offer.tier === 'approval'
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <PageHeader title={`${deleting ? 'Delete' : 'Change'} ${at.name} now`} actions={back}>
          {kindOf(at.kind)} in {at.namespace}. You change the live resource for a short time, on the record, and bring the change back to
          Git afterwards. When it can wait for a review, <Link href={pagePaths.editResource(at)}>propose a change</Link> instead.
        </PageHeader>
        {returned.current ? <Banner tone="green">You have proven who you are. What you typed is still here.</Banner> : null}
        <ActProblem problem={problem} />
      </div>
      <div className={styles.steps}>
        <StepSection number={0} state="now" onward={() => void submit()}>
          <WhyForm
            offer={offer}
            deleting={deleting}
            typed={typed}
            change={change}
            asked={asked}
            busy={busy !== null}
            submit={() => void submit()}
            submitRef={button}
          />
        </StepSection>
        <StepSection
          number={1}
          state="ahead"
          summary={
            secondPerson
              ? 'a second person agrees first'
              : `nobody needs to agree${offer.approverGroups.length > 0 ? `; members of ${listed(offer.approverGroups)} are told` : ''}`
          }
        />
        {stepTitles.slice(2).map((title, index) => (
          <StepSection key={title} number={index + 2} state="ahead" />
        ))}
      </div>
      <aside className={styles.aside} aria-label="About this session">
        <div>
          <h2>You will act as</h2>
          <p>
            <code>{offer.account}</code>
          </p>
          {offer.mode ? <p className={styles.small}>{actingWords[offer.mode]}</p> : null}
        </div>
        {secondPerson ? (
          <div className={styles.onlyWide}>
            <h2>Who must agree</h2>
            <p>
              {offer.approverGroups.length > 0
                ? `Somebody else of ${listed(offer.approverGroups)}.`
                : 'Nobody can agree: no group is named for it. Ask your platform team.'}
            </p>
            <p className={styles.small}>{deleting ? 'A deletion always needs a second person.' : offer.tierReason}</p>
          </div>
        ) : null}
        {offer.others.length > 0 ? (
          <div className={styles.onlyWide}>
            <h2>Also in {at.namespace} now</h2>
            <ul className={styles.others}>
              {offer.others.map(({ session, person }) => (
                <li key={session}>
                  <Link href={breakGlassPages.session(session)}>{person.name}</Link>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </aside>
    </div>
  )
}

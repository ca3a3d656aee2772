'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { BlueprintCards, BrokenBlueprints } from '#components/blueprints/blueprint-cards.tsx'
import { matchingBlueprints } from '#components/blueprints/matching-blueprints.ts'
import { pagePaths, queryText } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { matchingProjects } from '#components/projects/matching-projects.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { LinkButton } from '#components/ui/button.tsx'
import { Combobox } from '#components/ui/combobox.tsx'
import { count, counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner, EmptyState, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useAddressText } from '#components/ui/use-address-text.ts'
import type { BlueprintList } from '#lib/catalogue/contract.ts'
import type { KindSummary, Project } from '#lib/inventory/contract.ts'
import styles from './catalogue.module.css'
import { byService, type KindNote, matchingKinds, offeredKinds } from './matching-kinds.ts'
import { chooseProject, type ProjectName, rememberedProject, rememberProject, withProject } from './project-choice.ts'

const projectKey = ({ cluster, namespace }: ProjectName) => `${cluster}/${namespace}`

/** Everything that can be created, in the project the address names. */
export function Catalogue() {
  const router = useRouter()
  const search = useSearchParams()
  const asked = search.get('namespace') ? { cluster: search.get('cluster') ?? '', namespace: search.get('namespace') ?? '' } : null
  const text = search.get('q') ?? ''
  const projects = useQuery(queries.projects())
  const kinds = useQuery(queries.kinds())
  const blueprints = useQuery(queries.blueprints())
  const me = useQuery(queries.me())
  // What this browser remembers is not known to the server; it is read after the first paint.
  const [remembered, setRemembered] = useState<ProjectName | null>(null)
  useEffect(() => setRemembered(rememberedProject()), [])
  // the list asks the clusters only of its first projects what one may change there
  const wanted = asked ?? remembered ?? { cluster: '', namespace: '' }
  const chosen = useQuery({ ...queries.project(wanted.cluster, wanted.namespace), enabled: wanted.cluster !== '' })

  // two changes in quick succession: the second goes on from the first, which may not have reached the address yet
  const latest = useRef({ project: asked, q: text })
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the address changes, and not whenever something is drawn
  useEffect(() => {
    latest.current = { project: asked, q: text }
  }, [asked?.cluster, asked?.namespace, text])
  const go = (change: { project?: ProjectName; q?: string }) => {
    latest.current = { ...latest.current, ...change }
    const { project, q } = latest.current
    router.replace(`/create${queryText({ cluster: project?.cluster, namespace: project?.namespace, q })}`, { scroll: false })
  }
  if (!projects.data)
    return projects.isError ? (
      <ErrorState error={projects.error} what="your projects" retry={() => void projects.refetch()} />
    ) : (
      <Skeleton lines={2} rows={8} label="Loading your projects" />
    )
  const known = withProject(projects.data.items, chosen.data)
  const open = known.filter((each) => each.canPropose)
  const project = chooseProject(known, asked, remembered)
  return (
    <div className={styles.page}>
      <PageHeader title="Create">
        Choose what you need. You fill in a form, the result is a pull request to your project's repository.
      </PageHeader>
      <GapNotice gaps={projects.data.gaps} />
      {open.length === 0 && !chosen.isLoading ? (
        <EmptyState
          title="There is no project you may propose changes to"
          icon="projects"
          action={<LinkButton href="/projects">Your projects</LinkButton>}
        >
          Ask your platform team for the role corbel:propose in the namespace of your team, or to name the repository of your project.
        </EmptyState>
      ) : (
        <>
          <search className={styles.toolbar}>
            <Combobox
              label="Project"
              text={project ? project.namespace : ''}
              placeholder="Choose a project"
              search={async (query) =>
                matchingProjects(open, query)
                  .slice(0, 50)
                  .map((each) => ({
                    value: projectKey(each),
                    label: each.namespace,
                    detail: [each.team, each.repository, each.cluster].filter(Boolean).join(' · '),
                  }))
              }
              onChange={(option) => {
                const chosen = open.find((each) => projectKey(each) === option?.value)
                if (!chosen) return
                rememberProject(chosen)
                go({ project: chosen })
              }}
            />
            <KindSearch text={text} onSearch={(q) => go({ q })} />
          </search>
          {asked && !project && !chosen.isLoading ? (
            <Banner tone="amber">You may not propose changes to {asked.namespace}, or there is no such project. Choose another one.</Banner>
          ) : null}
          {kinds.data && !blueprints.isPending ? (
            <>
              <GapNotice gaps={project ? kinds.data.gaps.filter((gap) => gap.cluster === project.cluster) : []} />
              {blueprints.isError ? (
                <Banner tone="amber">The blueprints could not be read, so only kinds are shown. {blueprints.error.message}</Banner>
              ) : null}
              {project ? (
                <Choices
                  blueprints={blueprints.data}
                  kinds={kinds.data.items.filter((kind) => kind.cluster === project.cluster)}
                  project={project}
                  text={text}
                  admin={me.data?.admin ?? false}
                />
              ) : (
                <p className={styles.quiet}>Choose a project first: it decides the cluster and with it what there is to create.</p>
              )}
            </>
          ) : kinds.isError && !kinds.data ? (
            <ErrorState error={kinds.error} what="what can be created" retry={() => void kinds.refetch()} />
          ) : (
            <Skeleton rows={8} label="Loading what can be created" />
          )}
        </>
      )}
    </div>
  )
}

/** The search text; it reaches the address 200 ms after the last key. Enter opens the first kind, arrow down goes to the list. */
function KindSearch({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useAddressText({ address: text, after: 200, send: onSearch })
  return (
    <TextField
      label="What do you need?"
      type="search"
      placeholder="bucket, database, topic…"
      maxLength={100}
      value={typed}
      onChange={setTyped}
      onKeyDown={(event) => {
        const first = document.querySelector<HTMLAnchorElement>('a[data-kind]')
        if (event.key === 'ArrowDown') {
          event.preventDefault()
          first?.focus()
        } else if (event.key === 'Enter' && typed.trim() === text) first?.click()
      }}
    />
  )
}

function Choices({
  blueprints,
  kinds,
  project,
  text,
  admin,
}: {
  /** Undefined while they are read. */
  blueprints: BlueprintList | undefined
  kinds: KindSummary[]
  project: Project
  text: string
  admin: boolean
}) {
  const notes = useMemo(
    () => new Map(blueprints?.kinds.filter(({ cluster }) => cluster === project.cluster).map((note) => [note.kind, note])),
    [blueprints, project.cluster],
  )
  const { offered, hidden } = useMemo(() => offeredKinds(kinds, notes, admin), [kinds, notes, admin])
  const found = useMemo(() => matchingKinds(offered, text), [offered, text])
  const groups = useMemo(() => byService(found, text !== ''), [found, text])
  const made = useMemo(() => matchingBlueprints(blueprints?.items ?? [], project.cluster, text), [blueprints, project.cluster, text])
  if (kinds.length === 0)
    return (
      <EmptyState title={`The cluster ${project.cluster} offers nothing to create yet`}>
        Corbel has read no offered kind there. Its state stands on the Admin page; your platform team can say more.
      </EmptyState>
    )
  if (found.length + made.length === 0)
    return (
      <EmptyState
        title={`Nothing matches “${text}”`}
        icon="search"
        action={<LinkButton href={pagePaths.create(project)}>Show everything</LinkButton>}
      >
        {matchingKinds(hidden, text)
          .slice(0, 3)
          .map(({ key, kind }) => `${kind} is not offered here: ${notes.get(key)?.hidden?.reason ?? 'the platform team hides it.'} `)}
        Look for another word: names of services and what they are for count too.
      </EmptyState>
    )
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowDown' || event.key === 'ArrowRight' ? 1 : event.key === 'ArrowUp' || event.key === 'ArrowLeft' ? -1 : 0
    const links = Array.from(event.currentTarget.querySelectorAll<HTMLElement>('a[data-kind]'))
    const here = links.findIndex((link) => link.matches(':focus'))
    const next = step === 0 || here < 0 ? undefined : links[here + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the links inside, which are reachable without them
    <div className={styles.choices} onKeyDown={move}>
      <p className="visually-hidden" role="status">
        {counted(made.length, 'blueprint')} and {counted(found.length, 'kind')}
      </p>
      {made.length > 0 ? (
        <Section title="Blueprints">
          <p className={styles.quiet}>Answer a few questions; the rest is what the platform team recommends.</p>
          <BlueprintCards blueprints={made} project={project} />
        </Section>
      ) : null}
      {text === '' && blueprints ? <BrokenBlueprints broken={blueprints.broken} troubles={blueprints.troubles} /> : null}
      {found.length > 0 ? (
        <div className={styles.groups}>
          {groups.map((group) => (
            <Section key={group.service} title={group.service}>
              <ul className={styles.cards}>
                {group.kinds.map((kind) => (
                  <li key={kind.key}>
                    <KindCard kind={kind} project={project} note={notes.get(kind.key)} />
                  </li>
                ))}
              </ul>
            </Section>
          ))}
        </div>
      ) : null}
    </div>
  )
}

function KindCard({ kind, project, note }: { kind: KindSummary; project: Project; note: KindNote | undefined }) {
  return (
    <Link href={pagePaths.createKind(kind.key, project)} className={styles.card} data-kind={kind.key} prefetch={false}>
      <strong>{kind.kind}</strong>
      <span className={styles.count}>
        {note?.curated ? (
          <span className={styles.curated} title="The platform team looks after this kind, and says what it recommends in its form">
            <Icon name="check" size={14} /> curated
          </span>
        ) : null}
        {note?.hidden ? <Badge tone="amber">hidden</Badge> : null} {kind.count > 0 ? `${count(kind.count)} in use` : 'none yet'}
      </span>
      <span className={styles.summary}>{kind.summary}</span>
      {note?.hidden ? (
        <span className={styles.state}>Only admins find it here. {note.hidden.reason ?? 'The hints of this kind give no reason.'}</span>
      ) : null}
      {kind.state === 'forbidden' || kind.state === 'failed' ? (
        <span className={styles.state}>
          <StateBadge state={kind.state} plain /> {kind.message ?? 'Its resources cannot be read; it can be created all the same.'}
        </span>
      ) : null}
    </Link>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { copyDraftKey, readCopyOf } from '#components/relocate/copy-hand-over.ts'
import { CopyNotes } from '#components/relocate/copy-notes.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { LinkButton } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import type { Project } from '#lib/inventory/contract.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import type { Draft } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { initialResource } from '#lib/schema/initial.ts'
import { keptInTab } from './draft-keeper.ts'
import { openDraft } from './draft-rules.ts'
import { ManifestEditor } from './lazy-editor.tsx'
import { DraftsAway, firstFailed, MayNotPropose, WaitingFor, WhichProject } from './page-gate.tsx'
import { rememberProject } from './project-choice.ts'

/** The page that creates a resource of one kind: the address names cluster, project and kind. */
export function CreateView({ kindKey }: { kindKey: string }) {
  const search = useSearchParams()
  const cluster = search.get('cluster') ?? ''
  const namespace = search.get('namespace') ?? ''
  if (!cluster || !namespace)
    return (
      <WhichProject href={`/create?q=${encodeURIComponent(kindOf(kindKey))}`}>
        A {kindOf(kindKey)} belongs to a project, which decides the repository its manifest goes to.
      </WhichProject>
    )
  const basketName = search.get('basket') ?? undefined
  const copyOf = readCopyOf(search.get('copy'))
  const at = { cluster, namespace, kindKey, basketName, copyOf }
  return <InProject key={`${cluster}/${namespace}/${kindKey}/${basketName ?? ''}/${copyOf?.namespace}/${copyOf?.name}`} {...at} />
}

interface Place {
  cluster: string
  namespace: string
  kindKey: string
  /** The resource of the basket that is edited again; it has a draft of its own. */
  basketName: string | undefined
  /** The resource it is copied from: the copy is a draft, made on that one's page. */
  copyOf: CopyOf | undefined
}

type CopyOf = { namespace: string; name: string }

function InProject({ cluster, namespace, kindKey, basketName, copyOf }: Place) {
  const draftKey = copyOf
    ? copyDraftKey({ cluster, namespace }, kindKey, copyOf)
    : ['create', cluster, namespace, kindKey, ...(basketName ? [basketName] : [])].map(encodeURIComponent).join('/')
  const me = useQuery(queries.me())
  const project = useQuery(queries.project(cluster, namespace))
  const kind = useQuery(queries.kind(cluster, kindKey))
  const draft = useQuery(queries.draft(draftKey))
  if (!kind.data || !project.data || !me.data || (draft.data === undefined && !draft.isError)) {
    const failed = firstFailed([
      { query: kind, what: `the kind ${kindOf(kindKey)} on ${cluster}` },
      { query: project, what: `the project ${namespace}` },
      { query: me, what: 'your account' },
    ])
    return (
      <WaitingFor failed={failed} loading={`Loading the form of ${kindOf(kindKey)}`}>
        <LinkButton href="/create">All kinds</LinkButton>
      </WaitingFor>
    )
  }
  if (!project.data.canPropose)
    return <MayNotPropose project={project.data} action={<LinkButton href="/create">Choose another project</LinkButton>} />
  return (
    <Editor
      kind={kind.data}
      project={project.data}
      username={me.data.username}
      draftKey={draftKey}
      draft={draft.data ?? null}
      draftsAway={draft.isError}
      basketName={basketName}
      copyOf={copyOf}
    />
  )
}

function Editor({
  kind,
  project,
  username,
  draftKey,
  draft,
  draftsAway,
  basketName,
  copyOf,
}: {
  kind: CompiledKind
  project: Project
  username: string
  draftKey: string
  draft: Draft | null
  draftsAway: boolean
  basketName: string | undefined
  copyOf: CopyOf | undefined
}) {
  const { cluster, namespace } = project
  useEffect(() => rememberProject({ cluster, namespace }), [cluster, namespace])
  const hidden = useQuery(queries.kindHints(cluster, kind.key)).data?.hidden
  const address = { key: draftKey, username }
  // a copy begins with its draft: there is nothing else it could begin with
  const [copied] = useState(() => (copyOf ? draft?.content.text : undefined))
  const text = copied ?? printResource(initialResource(kind, { namespace }))
  return (
    <ManifestEditor
      kind={kind}
      project={project}
      start={{ text, document: 0 }}
      opening={
        copied === draft?.content.text && keptInTab(address) === null ? { from: 'start' } : openDraft(text, draft, keptInTab(address))
      }
      draft={draft}
      draftAddress={address}
      basketName={basketName}
    >
      <PageHeader
        title={basketName ? `Edit ${basketName} in the basket` : `Create ${kind.kind}`}
        state={kind.stability === 'stable' ? null : <Badge>{kind.stability}</Badge>}
        actions={
          <LinkButton href={pagePaths.create({ cluster, namespace })} icon="projects">
            {namespace}
          </LinkButton>
        }
      >
        {kind.description}
      </PageHeader>
      {copyOf ? <CopyNotes of={copyOf} cluster={cluster} kindKey={kind.key} draftKey={draftKey} isThere={copied !== undefined} /> : null}
      {hidden ? (
        <Banner tone="amber">
          The platform team leaves {kind.kind} out of the catalogue. {hidden.reason ?? 'Ask them before you create one.'}
        </Banner>
      ) : null}
      {kind.deprecated ? <Banner tone="amber">{kind.deprecated}</Banner> : null}
      {draftsAway ? <DraftsAway /> : null}
    </ManifestEditor>
  )
}

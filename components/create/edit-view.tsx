'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { EmptyState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import type { Project } from '#lib/inventory/contract.ts'
import type { Draft, ManifestSource, ProposalDetail } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { keptInTab } from './draft-keeper.ts'
import { openDraft } from './draft-rules.ts'
import { DeletionDialog, ManifestEditor } from './lazy-editor.tsx'
import { DraftsAway, firstFailed, MayNotPropose, WaitingFor } from './page-gate.tsx'

/** The page that edits one resource, on its file as it stands in Git: comments, order and neighbours stay. */
export function EditView({ at }: { at: ResourceAddress }) {
  // the proposal to whose branch the edit is added as a commit
  const onto = useSearchParams().get('onto') ?? undefined
  const draftKey = ['edit', at.cluster, at.namespace, at.kind, at.name, ...(onto ? [onto] : [])].map(encodeURIComponent).join('/')
  const proposal = useQuery({ ...queries.proposal(onto ?? ''), enabled: onto !== undefined })
  const me = useQuery(queries.me())
  const project = useQuery(queries.project(at.cluster, at.namespace))
  const kind = useQuery(queries.kind(at.cluster, at.kind))
  const source = useQuery(queries.manifest(at, onto))
  const draft = useQuery(queries.draft(draftKey))
  const title = `${kindOf(at.kind)} ${at.name}`
  const back = <LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>
  if (!kind.data || !project.data || !me.data || !source.data || (onto && !proposal.data) || (draft.data === undefined && !draft.isError)) {
    const failed = firstFailed([
      { query: source, what: `the manifest of ${title} in Git` },
      { query: proposal, what: 'the proposal to add a commit to' },
      { query: kind, what: `the kind ${kindOf(at.kind)} on ${at.cluster}` },
      { query: project, what: `the project ${at.namespace}` },
      { query: me, what: 'your account' },
    ])
    return (
      <WaitingFor failed={failed} loading={`Loading ${at.name} from Git`}>
        {back}
      </WaitingFor>
    )
  }
  if (!project.data.canPropose) return <MayNotPropose project={project.data} action={back} />
  const refusal = source.data.notes.find(({ severity }) => severity === 'refused')
  if (refusal)
    return (
      <EmptyState
        page
        title={`${at.name} cannot be edited here`}
        icon="warning"
        action={
          <>
            <LinkButton href={source.data.fileUrl}>Open the file</LinkButton>
            {refusal.url && refusal.url !== source.data.fileUrl ? <LinkButton href={refusal.url}>Open what builds it</LinkButton> : null}
            {back}
          </>
        }
      >
        {refusal.message}
      </EmptyState>
    )
  return (
    <Editor
      key={onto}
      at={at}
      onto={proposal.data}
      kind={kind.data}
      project={project.data}
      source={source.data}
      username={me.data.username}
      draftKey={draftKey}
      draft={draft.data ?? null}
      draftsAway={draft.isError}
      reload={() => void source.refetch()}
    />
  )
}

function Editor({
  at,
  onto,
  kind,
  project,
  source,
  username,
  draftKey,
  draft,
  draftsAway,
  reload,
}: {
  at: ResourceAddress
  onto: ProposalDetail | undefined
  kind: CompiledKind
  project: Project
  source: ManifestSource
  username: string
  draftKey: string
  draft: Draft | null
  draftsAway: boolean
  reload: () => void
}) {
  const [deleting, setDeleting] = useState(false)
  const address = { key: draftKey, username }
  return (
    <>
      <ManifestEditor
        kind={kind}
        project={project}
        name={at.name}
        start={{ text: source.text, document: source.document, file: { path: source.path, blob: source.blob, notes: source.notes } }}
        opening={openDraft(source.text, draft, keptInTab(address))}
        draft={draft}
        draftAddress={address}
        reload={reload}
        onto={onto}
      >
        <PageHeader
          title={`Edit ${at.name}`}
          actions={
            <>
              <LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>
              {onto ? null : (
                <Button icon="deleting" onClick={() => setDeleting(true)}>
                  Delete by pull request
                </Button>
              )}
            </>
          }
        >
          {kind.kind} in {at.namespace}, from <a href={source.fileUrl}>{source.path}</a> in {source.repository}
          {onto ? (
            <>
              {' '}
              as proposed in <Link href={pagePaths.proposal(onto.id)}>{onto.title}</Link> (#{onto.pullNumber}, by {onto.requestedBy.name}).
              Your change becomes a commit there
            </>
          ) : null}
          .
        </PageHeader>
        {draftsAway ? <DraftsAway /> : null}
      </ManifestEditor>
      {deleting ? <DeletionDialog at={at} kindName={kind.kind} source={source} onClose={() => setDeleting(false)} reload={reload} /> : null}
    </>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { keptInTab } from '#components/create/draft-keeper.ts'
import { openDraft } from '#components/create/draft-rules.ts'
import { DraftsAway, firstFailed, MayNotPropose, WaitingFor, WhichProject } from '#components/create/page-gate.tsx'
import { rememberProject } from '#components/create/project-choice.ts'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { BlueprintEditor } from './blueprint-editor.tsx'
import { firstAnswers } from './first-answers.ts'

/** The page that creates resources by answering questions: the address names blueprint, cluster and project. */
export function BlueprintView({ name }: { name: string }) {
  const search = useSearchParams()
  const cluster = search.get('cluster') ?? ''
  const namespace = search.get('namespace') ?? ''
  if (!cluster || !namespace)
    return (
      <WhichProject href="/create">
        What a blueprint makes belongs to a project, which decides the repository its manifests go to.
      </WhichProject>
    )
  return <InProject key={`${cluster}/${namespace}/${name}`} cluster={cluster} namespace={namespace} name={name} />
}

function InProject({ cluster, namespace, name }: { cluster: string; namespace: string; name: string }) {
  const draftKey = ['blueprint', cluster, namespace, name].map(encodeURIComponent).join('/')
  const me = useQuery(queries.me())
  const project = useQuery(queries.project(cluster, namespace))
  const blueprint = useQuery({ ...queries.blueprint(cluster, name), refetchOnWindowFocus: false })
  const draft = useQuery(queries.draft(draftKey))
  useEffect(() => rememberProject({ cluster, namespace }), [cluster, namespace])
  if (!blueprint.data || !project.data || !me.data || (draft.data === undefined && !draft.isError)) {
    const failed = firstFailed([
      { query: blueprint, what: 'the blueprint' },
      { query: project, what: `the project ${namespace}` },
      { query: me, what: 'your account' },
    ])
    return (
      <WaitingFor failed={failed} loading="Loading the blueprint">
        <LinkButton href="/create">All blueprints and kinds</LinkButton>
      </WaitingFor>
    )
  }
  if (!project.data.canPropose)
    return <MayNotPropose project={project.data} action={<LinkButton href="/create">Choose another project</LinkButton>} />
  const address = { key: draftKey, username: me.data.username }
  const start = firstAnswers(blueprint.data.blueprint)
  const { summary } = blueprint.data
  return (
    <BlueprintEditor
      detail={blueprint.data}
      project={project.data}
      start={start}
      opening={openDraft(start, draft.data ?? null, keptInTab(address))}
      draft={draft.data ?? null}
      draftAddress={address}
    >
      <PageHeader
        title={summary.title}
        actions={
          <LinkButton href={pagePaths.create({ cluster, namespace })} icon="projects">
            {namespace}
          </LinkButton>
        }
      >
        {summary.description}
      </PageHeader>
      {draft.isError ? <DraftsAway /> : null}
    </BlueprintEditor>
  )
}

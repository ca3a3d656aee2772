'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { keptInTab } from '#components/create/draft-keeper.ts'
import { openDraft } from '#components/create/draft-rules.ts'
import { rememberProject } from '#components/create/project-choice.ts'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { BlueprintEditor } from './blueprint-editor.tsx'
import { firstAnswers } from './first-answers.ts'

/** The page that creates resources by answering questions: the address names blueprint, cluster and project. */
export function BlueprintView({ name }: { name: string }) {
  const search = useSearchParams()
  const cluster = search.get('cluster') ?? ''
  const namespace = search.get('namespace') ?? ''
  if (!cluster || !namespace)
    return (
      <EmptyState
        page
        title="In which project?"
        icon="projects"
        action={
          <LinkButton look="primary" href="/create">
            Choose a project
          </LinkButton>
        }
      >
        What a blueprint makes belongs to a project, which decides the repository its manifests go to.
      </EmptyState>
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
    const failed = [
      { query: blueprint, what: 'the blueprint' },
      { query: project, what: `the project ${namespace}` },
      { query: me, what: 'your account' },
    ].find(({ query }) => query.isError && !query.data)
    return failed ? (
      <ErrorState error={failed.query.error} what={failed.what} retry={() => void failed.query.refetch()}>
        <LinkButton href="/create">All blueprints and kinds</LinkButton>
      </ErrorState>
    ) : (
      <Skeleton lines={3} rows={8} label="Loading the blueprint" />
    )
  }
  if (!project.data.canPropose)
    return (
      <EmptyState
        page
        title={`You may not propose changes to ${namespace}`}
        icon="warning"
        action={<LinkButton href="/create">Choose another project</LinkButton>}
      >
        {project.data.repository === null
          ? 'The project names no repository. Ask the platform team to set the annotation corbel.dev/repository on the namespace.'
          : `Ask ${project.data.team ? `the team ${project.data.team}` : 'the platform team'} for the role corbel:propose in this namespace.`}
      </EmptyState>
    )
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
      {draft.isError ? (
        <Banner tone="amber">Your drafts could not be read. If you had one of this page, it is not shown here.</Banner>
      ) : null}
    </BlueprintEditor>
  )
}

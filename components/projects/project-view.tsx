'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { queries } from '#components/data/queries.ts'
import { CountsBar } from '#components/resources/counts-bar.tsx'
import pageStyles from '#components/resources/resource-page.module.css'
import { ResourceTable } from '#components/resources/resource-table.tsx'
import { totalOf } from '#components/resources/state-counts.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Banner, EmptyState, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { Project } from '#lib/inventory/contract.ts'

/** One project. Without `cluster` the namespace must stand in one cluster only. */
export function ProjectView({ namespace, cluster }: { namespace: string; cluster: string | null }) {
  return cluster === null ? <OnSomeCluster namespace={namespace} /> : <OneProject cluster={cluster} namespace={namespace} />
}

/** Finds the cluster among the projects the person may see. */
function OnSomeCluster({ namespace }: { namespace: string }) {
  const list = useQuery(queries.projects())
  if (!list.data)
    return list.isError ? (
      <ErrorState page error={list.error} what={`project ${namespace}`} retry={() => void list.refetch()} />
    ) : (
      <Skeleton lines={2} rows={6} label={`Loading ${namespace}`} />
    )
  const named = list.data.items.filter((project) => project.namespace === namespace)
  const [project, second] = named
  if (!project)
    return (
      <>
        <GapNotice gaps={list.data.gaps} />
        <NoProject namespace={namespace} why={list.data.hidden} />
      </>
    )
  if (second)
    return (
      <EmptyState page title={`Several clusters have a project called ${namespace}`} icon="projects">
        {named.map((each) => (
          <Link key={each.cluster} href={pagePaths.project(namespace, each.cluster)}>
            {each.cluster}{' '}
          </Link>
        ))}
      </EmptyState>
    )
  return <OneProject cluster={project.cluster} namespace={namespace} />
}

function NoProject({ namespace, why }: { namespace: string; why: string | null }) {
  return (
    <EmptyState
      page
      title={`You may see no project called ${namespace}`}
      icon="projects"
      action={<LinkButton href="/projects">All projects</LinkButton>}
    >
      {why ?? 'It does not exist, or your teams may not read it. Whoever owns it or your platform team can grant that.'}
    </EmptyState>
  )
}

/** Asks for the project itself: lists ask the clusters only of the first projects what one may change there. */
function OneProject({ cluster, namespace }: { cluster: string; namespace: string }) {
  const { data, error, refetch } = useQuery(queries.project(cluster, namespace))
  if (data) return <ProjectPage project={data} />
  if (!error) return <Skeleton lines={2} rows={6} label={`Loading ${namespace}`} />
  return error instanceof ApiProblem && error.code === 'not-found' ? (
    <NoProject namespace={namespace} why={error.detail} />
  ) : (
    <ErrorState page error={error} what={`project ${namespace}`} retry={() => void refetch()} />
  )
}

/** Owner, repository, cloud project, and the resources, the worst first. */
function ProjectPage({ project }: { project: Project }) {
  const { cluster, namespace } = project
  const query = { cluster: [cluster], namespace: [namespace], sort: 'state' as const, limit: 100 }
  const resources = useQuery(queries.resources(query))
  const all = pagePaths.resources({ cluster: [cluster], namespace: [namespace] })
  return (
    <div className={pageStyles.page}>
      <PageHeader
        title={namespace}
        asOf={resources.data?.asOf}
        actions={
          project.canPropose ? (
            <LinkButton
              look="primary"
              icon="create"
              href={`/create?cluster=${encodeURIComponent(cluster)}&namespace=${encodeURIComponent(namespace)}`}
            >
              Create a resource here
            </LinkButton>
          ) : null
        }
      />
      {project.repository ? null : (
        <Banner tone="amber">
          This project is not in Git yet, so nothing in it can be changed by pull request. The platform team gives it a repository with the
          annotation <code>corbel.dev/repository</code> on its namespace.
        </Banner>
      )}
      {project.repository && !project.canPropose ? (
        <Banner tone="grey">
          You may read this project. To propose changes, ask {project.team ? `team ${project.team}` : 'your platform team'} to add you.
        </Banner>
      ) : null}
      <div className={pageStyles.grid}>
        <div className={pageStyles.column}>
          <CountsBar
            counts={project.counts}
            hrefOf={(state) => pagePaths.resources({ cluster: [cluster], namespace: [namespace], state: [state] })}
          />
          <Section title="Resources" more={<Link href={all}>Filter and search</Link>}>
            {!resources.data ? (
              resources.isError ? (
                <ErrorState error={resources.error} what="the resources" retry={() => void resources.refetch()} />
              ) : (
                <Skeleton rows={8} label="Loading resources" />
              )
            ) : (
              <>
                <GapNotice gaps={resources.data.gaps} />
                {resources.data.items.length === 0 ? (
                  <EmptyState title="No resources yet">What this project declares in Git and CI has applied is listed here.</EmptyState>
                ) : (
                  <ResourceTable
                    label={`Resources of ${namespace}`}
                    rows={resources.data.items}
                    view={namespace}
                    hide={['namespace', 'headline']}
                  />
                )}
                {resources.data.nextCursor ? <Link href={all}>All {totalOf(project.counts)} resources</Link> : null}
              </>
            )}
          </Section>
        </div>
        <Section title="About">
          <dl className={pageStyles.facts}>
            <dt>Team</dt>
            <dd>{project.team ?? 'nobody'}</dd>
            <dt>Repository</dt>
            <dd>{project.repository ?? 'none'}</dd>
            {project.path ? (
              <>
                <dt>Folder</dt>
                <dd>
                  <code>{project.path}</code>
                </dd>
              </>
            ) : null}
            {project.gcpProject ? (
              <>
                <dt>Cloud project</dt>
                <dd>
                  <code>{project.gcpProject}</code> <CopyButton text={project.gcpProject} label="Copy the cloud project's id" />
                </dd>
              </>
            ) : null}
            <dt>Cluster</dt>
            <dd>{cluster}</dd>
          </dl>
        </Section>
      </div>
    </div>
  )
}

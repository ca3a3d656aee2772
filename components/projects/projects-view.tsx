'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { queryText } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import homeStyles from '#components/home/home.module.css'
import listStyles from '#components/resources/resource-list.module.css'
import { FilterBar, FindField } from '#components/ui/filter-bar.tsx'
import { count, counted } from '#components/ui/format.ts'
import { Banner, EmptyState, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { matchingProjects } from './matching-projects.ts'
import { ProjectCard } from './project-card.tsx'

const shown = 120

/** Every project the person may see, their own first; the text condition stands in the address. */
export function ProjectsView() {
  const text = useSearchParams().get('q') ?? ''
  const list = useQuery(queries.projects())
  if (!list.data)
    return list.isError ? (
      <ErrorState page error={list.error} what="the projects" retry={() => void list.refetch()} />
    ) : (
      <Skeleton lines={2} rows={6} />
    )
  const found = matchingProjects(list.data.items, text)
  const groups = [
    { title: 'My teams', items: found.filter((project) => project.mine) },
    { title: 'Others I may see', items: found.filter((project) => !project.mine) },
  ].filter((group) => group.items.length > 0)
  return (
    <div className={homeStyles.column}>
      <PageHeader title="Projects">A project is a namespace of a cluster, one-to-one with a cloud project, owned by a team.</PageHeader>
      <FilterBar label="Filter projects">
        <FindField
          className={listStyles.find}
          label="Find a project by name, team or repository"
          placeholder="Find by name, team or repository"
          value={text}
          hrefOf={(q) => `/projects${queryText({ q: q || undefined })}`}
        />
        <span className={homeStyles.small} role="status">
          {counted(found.length, 'project')}
        </span>
      </FilterBar>
      <GapNotice gaps={list.data.gaps} />
      {list.data.hidden ? <Banner tone="grey">{list.data.hidden}</Banner> : null}
      {groups.length === 0 ? (
        <EmptyState title={text ? 'No project matches' : 'You may see no project yet'} icon="projects">
          {text ? 'Look for another name, team or repository.' : 'Ask your platform team to add you to the group of your team.'}
        </EmptyState>
      ) : null}
      {groups.map((group) => (
        <Section key={group.title} title={`${group.title} (${count(group.items.length)})`}>
          <div className={homeStyles.cards}>
            {group.items.slice(0, shown).map((project) => (
              <ProjectCard key={`${project.cluster}/${project.namespace}`} project={project} />
            ))}
          </div>
          {group.items.length > shown ? (
            <p className={homeStyles.quiet}>{count(group.items.length - shown)} more: find them by name above.</p>
          ) : null}
        </Section>
      ))}
    </div>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { queries } from '#components/data/queries.ts'
import { ProjectCard } from '#components/projects/project-card.tsx'
import { counted } from '#components/ui/format.ts'
import { ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import styles from './home.module.css'

/** The projects my teams own, with how their resources do. */
export function TeamProjects({ teams }: { teams: string[] }) {
  const list = useQuery(queries.projects())
  const mine = list.data?.items.filter((project) => project.mine) ?? []
  return (
    <Section title="My projects" more={<Link href="/projects">All I may see</Link>}>
      {list.isError ? (
        <ErrorState error={list.error} what="your projects" retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={3} />
      ) : (
        <>
          <GapNotice gaps={list.data.gaps} />
          {mine.length === 0 ? (
            <p className={styles.calm}>
              {teams.length === 0
                ? list.data.items.length > 0
                  ? `No project is your own team's. You may read ${counted(list.data.items.length, 'project')}.`
                  : 'You are in no team yet. Ask your platform team to add you to the group of yours.'
                : 'Your teams own no project that Corbel knows. A project is a namespace with the label corbel.dev/project; your platform team sets it.'}
              {list.data.hidden ? ` ${list.data.hidden}` : ''}
            </p>
          ) : (
            <div className={styles.cards}>
              {mine.map((project) => (
                <ProjectCard key={`${project.cluster}/${project.namespace}`} project={project} />
              ))}
            </div>
          )}
        </>
      )}
    </Section>
  )
}

import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import styles from '#components/home/home.module.css'
import { CountsBar } from '#components/resources/counts-bar.tsx'
import { totalOf } from '#components/resources/state-counts.ts'
import { counted } from '#components/ui/format.ts'
import type { Project } from '#lib/inventory/contract.ts'

/** A project at a glance: name, team, repository, and how its resources do. */
export function ProjectCard({ project }: { project: Project }) {
  const { cluster, namespace } = project
  return (
    <article className={styles.card}>
      <header>
        <Link href={pagePaths.project(namespace, cluster)}>{namespace}</Link>
        <Link className={styles.small} href={pagePaths.resources({ cluster: [cluster], namespace: [namespace] })}>
          {counted(totalOf(project.counts), 'resource')}
        </Link>
      </header>
      <CountsBar
        counts={project.counts}
        hrefOf={(state) => pagePaths.resources({ cluster: [cluster], namespace: [namespace], state: [state] })}
      />
      <span className={styles.small}>{project.repository ?? 'Not in Git yet'}</span>
    </article>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import { HomeBreakGlass } from '#components/break-glass/home-break-glass.tsx'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { HomeImports } from '#components/imports/home-imports.tsx'
import { LinkButton } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { DemoSteps } from './demo-steps.tsx'
import styles from './home.module.css'
import { MyDrafts, MyProposals } from './my-work.tsx'
import { NotReady } from './not-ready.tsx'
import { TeamProjects } from './team-projects.tsx'

/** Home: what needs me first, then what I have under way, then what is mine. Each part loads and fails alone. */
export function HomeView() {
  const me = useQuery(queries.me())
  const teams = me.data?.teams ?? []
  return (
    <>
      <PageHeader
        title={me.data ? `Hello, ${me.data.name}` : 'Home'}
        actions={
          <LinkButton href="/create" look="primary" icon="create">
            Create a resource
          </LinkButton>
        }
      />
      {me.data?.demo ? <DemoSteps demo={me.data.demo} /> : null}
      <div className={styles.grid}>
        <div className={styles.column}>
          <NotReady
            teams={teams}
            ready={me.isSuccess}
            allHref={pagePaths.resources({ team: teams, state: ['failed', 'unknown', 'progressing', 'deleting'], sort: 'state' })}
          />
          <TeamProjects teams={teams} />
        </div>
        <div className={styles.column}>
          <HomeBreakGlass />
          <MyProposals />
          <HomeImports teams={teams} />
          <MyDrafts />
        </div>
      </div>
    </>
  )
}

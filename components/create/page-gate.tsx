/** What pages that propose something say before they can begin: no project is named, something is being read or cannot be, or one may not propose. */
import type { ReactNode } from 'react'
import { mayNotPropose } from '#components/relocate/refusals.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { Project } from '#lib/inventory/contract.ts'

/** The address names no project; `children` says why one is needed. */
export function WhichProject({ href, children }: { href: string; children: ReactNode }) {
  return (
    <EmptyState
      page
      title="In which project?"
      icon="projects"
      action={
        <LinkButton look="primary" href={href}>
          Choose a project
        </LinkButton>
      }
    >
      {children}
    </EmptyState>
  )
}

/** Something a page must have read. `what` completes "Could not load". */
export interface Awaited {
  what: string
  error: unknown
  retry: () => void
}

interface Asked {
  query: { isError: boolean; data: unknown; error: unknown; refetch: () => unknown }
  what: string
}

/** The first of what was asked for that failed and is not there from before. */
export function firstFailed(asked: readonly Asked[]): Awaited | undefined {
  const failed = asked.find(({ query }) => query.isError && !query.data)
  return failed && { what: failed.what, error: failed.query.error, retry: () => void failed.query.refetch() }
}

/** While not everything is there: what failed with a way to try again, else that it is loading. `children`: where else to go. */
export function WaitingFor({ failed, loading, children }: { failed: Awaited | undefined; loading: string; children: ReactNode }) {
  return failed ? (
    <ErrorState page error={failed.error} what={failed.what} retry={failed.retry}>
      {children}
    </ErrorState>
  ) : (
    <Skeleton lines={3} rows={8} label={loading} />
  )
}

/** In place of a page that would propose to a project in which the person may not. */
export function MayNotPropose({ project, action }: { project: Project; action: ReactNode }) {
  return (
    <EmptyState page title={`You may not propose changes to ${project.namespace}`} icon="warning" action={action}>
      {mayNotPropose(project)}
    </EmptyState>
  )
}

export function DraftsAway() {
  return <Banner tone="amber">Your drafts could not be read. If you had one of this page, it is not shown here.</Banner>
}

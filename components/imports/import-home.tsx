'use client'

import { useSearchParams } from 'next/navigation'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { importPages } from './import-paths.ts'
import styles from './imports.module.css'
import { RecentRuns } from './recent-runs.tsx'
import { TargetList } from './target-list.tsx'
import { UnmanagedView } from './unmanaged-view.tsx'

/** Where an import begins: the projects one may scan, the scans made before, and what is not in Git yet. */
export function ImportHome() {
  const unmanaged = useSearchParams().get('tab') === 'unmanaged'
  return (
    <div className={styles.page}>
      <PageHeader title="Import">
        <p className={styles.lead}>
          Corbel reads what a project already has in the cloud and writes a manifest for each resource. You choose, review and propose them
          by pull request; after the merge Config Connector adopts the resources as they are.{' '}
          <strong>
            Nothing in the cloud changes but the label managed-by-cnrm, which Config Connector adds: Corbel only reads, and shows field by
            field why.
          </strong>
        </p>
      </PageHeader>
      <Tabs
        label="Views of the import"
        tabs={[
          { href: importPages.home, title: 'Where', current: !unmanaged },
          { href: importPages.unmanaged, title: 'Not in Git yet', current: unmanaged },
        ]}
      />
      {unmanaged ? (
        <UnmanagedView />
      ) : (
        <>
          <TargetList />
          <RecentRuns />
        </>
      )}
    </div>
  )
}

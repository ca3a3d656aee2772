'use client'

import { lazy, Suspense } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ResourceDetail } from '#lib/inventory/contract.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import styles from './resource-page.module.css'

// the YAML view is more script than the rest of the page
const LiveYaml = lazy(async () => ({ default: (await import('./live-yaml.tsx')).LiveYaml }))

/** The object as it lives in the cluster, as YAML to read and copy. Editing starts from the file in Git instead. */
export function LiveManifest({ detail }: { detail: ResourceDetail }) {
  const text = printResource(detail.object as Record<string, Json> as JsonObject) // came as JSON, so its values are Json
  const { cluster, kind } = detail.row
  return (
    <div className={styles.manifest}>
      <p>
        As it lives in {cluster}
        {detail.git?.fileUrl ? (
          <>
            ; declared in <a href={detail.git.fileUrl}>{detail.git.path}</a>
          </>
        ) : null}
      </p>
      <div className={styles.manifestText}>
        <Suspense fallback={<Skeleton lines={8} label="Loading the YAML view" />}>
          <LiveYaml text={text} cluster={cluster} kind={kind} />
        </Suspense>
      </div>
    </div>
  )
}

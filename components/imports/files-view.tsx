'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { counted } from '#components/ui/format.ts'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { ImportLayout, ImportRun } from '#lib/imports/contract.ts'
import { ChoiceGroup } from './choice-group.tsx'
import { FileList } from './file-list.tsx'
import { importApi } from './import-paths.ts'
import { importKeys, importQueries } from './import-queries.ts'
import { layouts, layoutWords } from './import-words.ts'
import { PlanProblems } from './plan-problems.tsx'
import styles from './pull-requests.module.css'
import { keepRun } from './use-choice.ts'

/** Which file each manifest goes to: one of three layouts, and the files it makes, before anything is proposed. */
export function FilesView({ run }: { run: ImportRun }) {
  const client = useQueryClient()
  const [saving, setSaving] = useState<ImportLayout | null>(null)
  const plan = useQuery(importQueries.plan(run.id, { by: 'repository', atMost: 50 }, run.layout))
  const choose = async (layout: ImportLayout) => {
    setSaving(layout)
    try {
      await keepRun(client, await fetchJson<ImportRun>(importApi.settings(run.id), { method: 'PUT', body: { layout } }))
      await client.invalidateQueries({ queryKey: importKeys.plans(run.id) })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
    }
    setSaving(null)
  }
  // an answer that comes while the layout is saved may be of either
  const isWaiting = saving !== null || plan.isPlaceholderData
  const files = plan.data?.groups.flatMap((group) => group.files) ?? []
  const repositories = [...new Set(plan.data?.groups.map(({ repository }) => repository))]
  const merged = mergeFiles(files)
  return (
    <div className={styles.page}>
      <ChoiceGroup
        legend="Layout of the files"
        name="layout"
        value={saving ?? run.layout}
        disabled={saving !== null}
        options={layouts.map((layout) => ({ value: layout, ...layoutWords[layout] }))}
        onChange={(layout) => void choose(layout)}
      />
      {!plan.data ? (
        plan.isError ? (
          <ErrorState error={plan.error} what="the files" retry={() => void plan.refetch()} />
        ) : (
          <Skeleton rows={6} label="Laying out the files" />
        )
      ) : (
        <>
          {plan.isError ? <Banner tone="amber">{plan.error.message} What you see is the last answer.</Banner> : null}
          <PlanProblems run={run.id} problems={plan.data.problems} />
          <Section title={`${counted(merged.length, 'file')} in ${repositories.join(', ') || 'no repository'}`}>
            <p className={styles.small}>
              Names come from the cloud and can be changed in each manifest. A file that exists keeps everything in it; manifests are added
              at its end.
            </p>
            <div className={isWaiting ? styles.waiting : undefined} aria-busy={isWaiting}>
              <FileList files={merged} />
            </div>
          </Section>
        </>
      )}
    </div>
  )
}

/** Several pull requests may write into one file: it is shown once. */
function mergeFiles(files: readonly { path: string; exists: boolean; resources: number }[]) {
  const byPath = new Map<string, { path: string; exists: boolean; resources: number }>()
  for (const file of files) {
    const known = byPath.get(file.path)
    byPath.set(file.path, known ? { ...known, exists: known.exists || file.exists, resources: known.resources + file.resources } : file)
  }
  return [...byPath.values()].sort((a, b) => a.path.localeCompare(b.path))
}

'use client'

import type { ReactNode } from 'react'
import { Dialog } from '#components/ui/dialog.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { unifiedDiff } from '#lib/manifest/diff-lines.ts'

/** Two texts side by side in one difference, and the choice between them. */
export function CompareDialog({
  title,
  before,
  after,
  about,
  footer,
  onClose,
}: {
  title: string
  before: string
  after: string
  about: string
  footer: ReactNode
  onClose: () => void
}) {
  return (
    <Dialog open wide title={title} onClose={onClose} footer={footer}>
      <p>{about}</p>
      <DiffView diff={unifiedDiff(before, after)} path="Difference" />
    </Dialog>
  )
}

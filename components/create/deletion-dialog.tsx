'use client'

import { useRouter } from 'next/navigation'
import { pagePaths } from '#components/data/api-paths.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { deletionEffect } from '#lib/manifest/deletion-effect.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import type { ManifestSource, ResourceChange } from '#lib/proposals/contract.ts'
import { ReviewDialog } from './review-dialog.tsx'

/** Asks for the name of what will go, and says what the deletion policy will do to the cloud resource. */
export function DeletionDialog({
  at,
  kindName,
  source,
  onClose,
  reload,
}: {
  at: ResourceAddress
  kindName: string
  source: ManifestSource
  onClose: () => void
  reload: () => void
}) {
  const router = useRouter()
  const effect = deletionEffect(parseManifestFile(source.text).documents[source.document]?.value)
  const changes: ResourceChange[] = [{ ...at, action: 'delete', text: null, baseBlob: source.blob }]
  return (
    <ReviewDialog
      changes={changes}
      here={pagePaths.editResource(at)}
      confirmName={at.name}
      consequence={`When the pull request is merged, ${kindName} ${at.name} is deleted from the cluster. ${effect}`}
      onClose={onClose}
      onChangedInGit={reload}
      onSent={(id) => router.push(pagePaths.proposal(id))}
    />
  )
}

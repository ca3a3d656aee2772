'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { DeletionToBasket } from '#components/relocate/deletion-to-basket.tsx'
import { DependentList, leftOutWords } from '#components/relocate/dependents.tsx'
import relocate from '#components/relocate/relocate.module.css'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import type { ResourceRelations } from '#lib/inventory/contract.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { deletionEffect } from '#lib/manifest/deletion-effect.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import type { ManifestSource, ResourceChange } from '#lib/proposals/contract.ts'
import { ReviewDialog } from './review-dialog.tsx'

const shownDependents = 100

/** Asks for the name of what will go, says what the deletion policy will do to the cloud resource, and what depends on it. */
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
  const detail = useQuery(queries.resource(at))
  const relations = useQuery(queries.relations(at, shownDependents))
  const inGit = deletionEffect(parseManifestFile(source.text).documents[source.document]?.value)
  const live = detail.data ? (detail.data.object as Record<string, Json> as JsonObject) : undefined // came as JSON, so its values are Json
  const effect = live ? deletionEffect(live) : inGit
  const change: ResourceChange = { ...at, action: 'delete', text: null, baseBlob: source.blob }
  const [aside, setAside] = useState(false)
  if (aside) return <DeletionToBasket change={change} name={at.name} kindName={kindName} onBack={() => setAside(false)} onClose={onClose} />
  return (
    <ReviewDialog
      changes={[change]}
      here={pagePaths.editResource(at)}
      confirmName={at.name}
      consequence={
        <div className={relocate.group}>
          <p>
            When the pull request is merged, {kindName} {at.name} is deleted from the cluster. {effect}
          </p>
          {effect === inGit ? null : (
            <p>The manifest in Git says something else, but what the object in the cluster says at that moment decides.</p>
          )}
          <Dependents relations={relations.data} failed={relations.error?.message} at={at} />
          <p>
            <Button size="small" icon="basket" onClick={() => setAside(true)}>
              Put it into the basket instead
            </Button>
          </p>
        </div>
      }
      onClose={onClose}
      onChangedInGit={reload}
      onSent={(id) => router.push(pagePaths.proposal(id))}
    />
  )
}

function Dependents({
  relations,
  failed,
  at,
}: {
  relations: ResourceRelations | undefined
  failed: string | undefined
  at: ResourceAddress
}) {
  if (!relations) return <p>{failed ? `What depends on it could not be read: ${failed}` : 'Looking for what depends on it…'}</p>
  const owners = relations.refersTo.filter(({ owner }) => owner)
  const leftOut = leftOutWords(relations)
  return (
    <>
      {owners.map(({ name, kinds }) => (
        <p key={name}>
          It is owned by {kinds.join(' or ')} {name}, whose controller may make it again.
        </p>
      ))}
      {relations.total === 0 && !relations.hidden ? (
        <p>Nothing in the index refers to it.</p>
      ) : (
        <>
          <p>
            <strong>
              {relations.isLowerBound ? 'At least ' : ''}
              {relations.total > 0 ? counted(relations.total, 'resource depends', 'resources depend') : 'Resources of others depend'} on it
            </strong>{' '}
            and will wait for it, or fail, once it is gone:
          </p>
          {relations.dependents.length > 0 ? <DependentList dependents={relations.dependents} from={at.namespace} /> : null}
          {leftOut ? <p>{leftOut}</p> : null}
          {relations.dependents.some(({ owned }) => owned) ? <p>What it owns is deleted along with it by Kubernetes.</p> : null}
        </>
      )}
    </>
  )
}

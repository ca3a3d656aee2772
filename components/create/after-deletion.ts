/** What happens outside of Git when a manifest is deleted, in a sentence. Pure. */
import { type Json, textAt } from '#lib/json.ts'

const deletionPolicy = 'cnrm.cloud.google.com/deletion-policy'

/** For kinds of Config Connector the deletion policy on the object decides; for others their operator does. */
export function afterDeletion(kind: { kind: string; group: string }, name: string, manifest: Json | undefined): string {
  const merged = `When the pull request is merged, ${kind.kind} ${name} is deleted from the cluster.`
  if (!/(?:^|\.)cnrm\.cloud\.google\.com$/.test(kind.group))
    return `${merged} What happens to what it stands for is up to the operator of ${kind.group || 'this kind'}.`
  return textAt(manifest, 'metadata', 'annotations', deletionPolicy) === 'abandon'
    ? `${merged} Its deletion policy is "abandon": the cloud resource goes on running, and is no longer managed from here.`
    : `${merged} Its deletion policy is to delete: the cloud resource and the data in it are deleted too. To keep it, set the annotation ${deletionPolicy}: abandon first.`
}

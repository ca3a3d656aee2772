/** Puts a person's text onto another version of the same manifest: the one on a proposal's branch. */
import { Conflict } from '#lib/errors.ts'
import type { Connection } from '#lib/forge/connect-github.ts'
import { readBlob } from '#lib/forge/repository-content.ts'
import type { JsonPath } from '#lib/json.ts'
import { mergeManifests } from '#lib/manifest/merge-values.ts'
import { resourceTitle } from './change-identity.ts'
import { documentOf } from './place-change.ts'
import type { ProposedResource } from './pull-request-text.ts'

/**
 * The manifest as it goes onto the branch: the branch's own document with what the person changed since the version they started from.
 * Throws Conflict with the names of the fields that both changed to different values.
 */
export async function rebasedText({
  connection,
  resource,
  mine,
  baseBlob,
  theirs,
  branch,
}: {
  connection: Connection
  resource: ProposedResource
  /** The person's document. */
  mine: string
  /** The file it was based on; null for a resource made anew. */
  baseBlob: string | null
  /** The document as it stands on the branch. */
  theirs: string
  branch: string
}): Promise<string> {
  const base = baseBlob === null ? '' : await documentIn(connection, baseBlob, resource)
  if (base === theirs) return mine
  const { text, conflicts } = mergeManifests({ base, mine, theirs })
  if (conflicts.length === 0) return text
  const shown = conflicts.slice(0, 5).map(({ path }) => named(path))
  const more = conflicts.length > shown.length ? ` and ${conflicts.length - shown.length} more` : ''
  throw new Conflict(
    `Your change of ${resourceTitle(resource.kind, resource.name)} and the version on ${branch} both set ${shown.join(', ')}${more}, to different values. Open the proposal's version in the editor and make your change there.`,
    { branch, fields: conflicts.map(({ path }) => path) },
  )
}

async function documentIn(connection: Connection, blob: string, resource: ProposedResource): Promise<string> {
  const text = await readBlob(connection, blob)
  const document = documentOf(text, resource)
  return document ? text.slice(document.start, document.end) : ''
}

/** A path as people write it; empty for the whole manifest. */
const named = (path: JsonPath): string =>
  path.length === 0
    ? 'the whole manifest'
    : path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')

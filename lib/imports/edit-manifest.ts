/**
 * A person changes a manifest of an import before it is proposed. What names the resource stays: its kind, its project, its id in the cloud. Its name
 * in the cluster may change; references of the run's other manifests follow.
 */

import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import { diffValues } from '#lib/manifest/diff-values.ts'
import { setValue } from '#lib/manifest/edit-manifest.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { checkAnnotations, checkIdentity, checkName, readManifest, resourceTitle, splitKindKey } from '#lib/proposals/change-identity.ts'
import { referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'
import { validateResource } from '#lib/schema/validate.ts'
import type { ImportDetail } from './contract.ts'
import { readableRow, readRow } from './read-row.ts'
import { isFree } from './row-conditions.ts'
import { changeableRun, type RunRow } from './run-access.ts'
import { checkSameResource } from './same-resource.ts'
import { storableJson } from './storable.ts'
import { readDetail, StoredManifest, StoredVerdict } from './stored-asset.ts'

/**
 * Keeps a person's text of one manifest. Throws NotFound, Forbidden, Conflict while it is in a pull request, and Invalid at the field where it is no
 * manifest of this resource.
 */
export async function saveManifest(
  runId: string,
  rowId: string,
  { manifest: index, text }: { manifest: number; text: string },
  actor: Actor,
): Promise<ImportDetail> {
  return change(runId, rowId, index, actor, async (run, namespace, stored) => {
    await checkText(run, namespace, stored, text)
    return text
  })
}

/** Goes back to what the inventory gave. Throws NotFound, Forbidden, Conflict. */
export async function restoreManifest(runId: string, rowId: string, index: number, actor: Actor): Promise<ImportDetail> {
  return change(runId, rowId, index, actor, async (_, __, { original }) => original)
}

async function change(
  runId: string,
  rowId: string,
  index: number,
  actor: Actor,
  textOf: (run: RunRow, namespace: string, stored: StoredManifest) => Promise<string>,
): Promise<ImportDetail> {
  const run = await changeableRun(runId, actor)
  const { row } = await readableRow(runId, rowId, actor)
  const { namespace } = row
  const stored = (await readDetail(database(), rowId)).manifests[index]
  if (!stored || namespace === null) throw new NotFound('This asset has no such manifest. Reload the page.')
  const text = await textOf(run, namespace, stored)
  const name = readManifest(text).identity.name
  const write = await referencesTo(run, { kind: stored.kind, namespace, name: stored.name }, name)
  await database().$transaction(async (transaction) => {
    await refuseProposed(transaction, rowId)
    const detail = await readDetail(transaction, rowId)
    const now = detail.manifests[index]
    if (!now || now.name !== stored.name || now.original !== stored.original)
      throw new Conflict('This asset was converted anew meanwhile. Reload it, and make the change again.')
    if (name !== stored.name) await refuseTaken(transaction, runId, { rowId, kind: stored.kind, namespace, name })
    await write(transaction)
    // a part may refer to the resource that has another name now
    const { manifests } = await readDetail(transaction, rowId)
    const changed = manifests.map((manifest, at) =>
      at === index ? { ...manifest, name, text: text === manifest.original ? null : text } : manifest,
    )
    await store(transaction, rowId, changed)
  })
  return readRow(runId, rowId, actor)
}

/** Throws Invalid where a text is not a manifest of this resource, or none that the kind takes. */
async function checkText(run: RunRow, namespace: string, stored: StoredManifest, text: string): Promise<void> {
  const { value, identity } = readManifest(text)
  checkIdentity(identity, { namespace, kind: stored.kind })
  checkName(identity.name)
  checkAnnotations(value)
  checkSameResource(readManifest(stored.original).value, value)
  const errors = validateResource(await compiledKind(run.cluster, stored.kind), value)
  const [first] = errors
  if (first)
    throw new Invalid(`The manifest does not fit ${splitKindKey(stored.kind).kind}: ${first.path.join('.')}: ${first.message}`, errors)
}

/** What is in a pull request is changed there. */
async function refuseProposed(transaction: Transaction, rowId: string): Promise<void> {
  const [row] = await transaction.$queryRaw<{ title: string | null }[]>`
    SELECT p."title" FROM "import_asset" a LEFT JOIN "proposal" p ON p."id" = a."proposalId" AND p."state" <> 'closed'
    WHERE a."id" = ${rowId}::uuid FOR UPDATE OF a`
  if (row && row.title !== null) throw new Conflict(`It is in the pull request “${row.title}” already. Change it there.`)
}

/** Throws Invalid where another manifest of the run has the name. */
async function refuseTaken(
  transaction: Transaction,
  runId: string,
  wanted: { rowId: string; kind: string; namespace: string; name: string },
): Promise<void> {
  const [other] = await transaction.$queryRaw<{ displayName: string }[]>`
    SELECT a."displayName" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."namespace" = ${wanted.namespace} AND a."id" <> ${wanted.rowId}::uuid
      AND d."manifests" @> ${JSON.stringify([{ kind: wanted.kind, name: wanted.name }])}::jsonb LIMIT 1`
  if (!other) return
  const message = `${resourceTitle(wanted.kind, wanted.name)} is the name of another resource of this import (${other.displayName}) already. Choose another one.`
  throw new Invalid(message, [{ path: ['metadata', 'name'], message }])
}

interface Named {
  kind: string
  namespace: string
  name: string
}

/** Changes the references of the run's manifests to a resource that gets another name; what to do in the transaction. */
async function referencesTo(run: RunRow, from: Named, name: string): Promise<(transaction: Transaction) => Promise<void>> {
  if (from.name === name) return async () => {}
  const rows = await database().$queryRaw<{ id: string; namespace: string | null; manifests: string }[]>`
    SELECT a."id"::text AS "id", a."namespace", d."manifests"::text AS "manifests" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${run.id}::uuid AND a."manifests" > 0 AND ${isFree} AND strpos(d."manifests"::text, ${from.name}) > 0`
  const changed: { id: string; before: string; manifests: StoredManifest[] }[] = []
  for (const { id, namespace, manifests: stored } of rows) {
    const manifests = StoredManifest.array().parse(JSON.parse(stored))
    const after = await Promise.all(
      manifests.map(async (manifest) => {
        const tree = referenceTree((await compiledKind(run.cluster, manifest.kind)).root)
        const rename = (text: string): string => renameIn(text, tree, namespace ?? '', from, name)
        return { ...manifest, original: rename(manifest.original), text: manifest.text === null ? null : rename(manifest.text) }
      }),
    )
    if (JSON.stringify(after) !== JSON.stringify(manifests)) changed.push({ id, before: stored, manifests: after })
  }
  return async (transaction) => {
    for (const { id, before, manifests } of changed) {
      // what somebody else did to it meanwhile is neither overwritten nor changed behind the back of a pull request
      const count = await transaction.$executeRaw`
        UPDATE "import_asset_detail" d SET "manifests" = ${storableJson(manifests)}::jsonb, "dryRun" = NULL
        FROM "import_asset" a WHERE d."assetId" = ${id}::uuid AND a."id" = d."assetId" AND ${isFree} AND d."manifests" = ${before}::jsonb`
      if (count === 0) throw new Conflict('Somebody changed a manifest that refers to this one meanwhile. Save again.')
    }
  }
}

/** A manifest whose references by name to a resource say its new name. Nothing exists yet in the cluster, so no field is fixed. */
function renameIn(text: string, tree: ReturnType<typeof referenceTree>, namespace: string, from: Named, name: string): string {
  const value = parseManifestFile(text).documents[0]?.value
  if (!isObject(value)) return text
  const { kind } = splitKindKey(from.kind)
  return referencesIn(tree, value)
    .filter(
      (found) =>
        found.name === from.name &&
        (found.namespace ?? namespace) === from.namespace &&
        (found.kinds.length === 0 || found.kinds.includes(kind)),
    )
    .reduce((result, { path }) => setValue(result, 0, [...path, 'name'], name), text)
}

/** What a verdict was before a person changed the manifest. */
const Judged = StoredVerdict.extend({ converted: StoredVerdict.optional() })

/** Writes the manifests, and a verdict that knows of the changes. */
async function store(transaction: Transaction, rowId: string, manifests: StoredManifest[]): Promise<void> {
  const [row] = await transaction.$queryRaw<{ verdict: string | null }[]>`
    SELECT "verdict"::text AS "verdict" FROM "import_asset_detail" WHERE "assetId" = ${rowId}::uuid`
  const { converted: before, ...said } = Judged.nullable().parse(JSON.parse(row?.verdict ?? 'null')) ?? { converted: undefined }
  const converted = before ?? ('verdict' in said ? said : undefined)
  const fields = manifests.flatMap(changedFields)
  const verdict =
    fields.length === 0
      ? (converted ?? null)
      : {
          verdict: 'would-change' as const,
          reasons: ['Its manifest was changed by hand: after the merge these fields are written to the cloud.'],
          fields,
          ...(converted ? { converted } : {}),
        }
  await transaction.$executeRaw`
    UPDATE "import_asset" SET "edited" = ${manifests.some(({ text }) => text !== null)}, "accepted" = NULL, "verdict" = ${verdict?.verdict ?? null} WHERE "id" = ${rowId}::uuid`
  await transaction.$executeRaw`
    UPDATE "import_asset_detail" SET "manifests" = ${storableJson(manifests)}::jsonb, "verdict" = nullif(${storableJson(verdict)}::jsonb, 'null'), "dryRun" = NULL
    WHERE "assetId" = ${rowId}::uuid`
}

/** Fields of the resource that a person changed; comments, its name and annotations that are not the controller's change nothing in the cloud. */
function changedFields({ original, text }: StoredManifest): JsonPath[] {
  if (text === null) return []
  const valueIn = (of: string): Json => parseManifestFile(of).documents[0]?.value ?? null
  return diffValues(valueIn(original), valueIn(text))
    .map(({ path }) => path)
    .filter(
      ([top, next, key]) => top === 'spec' || (top === 'metadata' && (next === 'labels' || (next === 'annotations' && isController(key)))),
    )
}

/** Config Connector reads its own annotations; without a key, all of them changed. */
const isController = (key: JsonPath[number] | undefined): boolean => key === undefined || String(key).startsWith('cnrm.cloud.google.com/')

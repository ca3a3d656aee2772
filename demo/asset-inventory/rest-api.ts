/** The REST calls of Cloud Asset Inventory that Corbel makes, as the real service answers them (cloud.google.com/asset-inventory/docs/reference/rest). */
import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import type { AssetStore } from './asset-store.ts'
import { knownTypes } from './asset-types.ts'
import { ancestorsOf, isWithin, organization, projectNumber } from './cloud-projects.ts'
import { type Fault, faultyAnswer, type Refused, refused } from './faults.ts'

const largestPage = 1000
const largestPolicyPage = 500
const mostNames = 100
const pastMs = 35 * 24 * 60 * 60_000

/** An answer: a body, or a refusal with its status. */
export type Answer = { body: JsonObject } | { refused: Refused }

const wrong = (message: string): Answer => ({ refused: refused(400, 'INVALID_ARGUMENT', message) })

/** Answers one call below `/v1/`; undefined for a path this API does not have. */
export function answerCall(store: AssetStore, path: string, query: URLSearchParams, faults: Fault[], now: number): Answer | undefined {
  const [, parent, call] =
    /^\/v1\/((?:projects|folders|organizations)\/[^/:]+)(\/assets|:searchAllIamPolicies|:batchGetAssetsHistory)$/.exec(path) ?? []
  if (parent === undefined) return undefined
  const project = store.projects().find((id) => isWithin(parent, id) && parent.startsWith('projects/'))
  const types = query.has('assetTypes') ? query.getAll('assetTypes') : undefined
  const number = project === undefined ? '0' : projectNumber(project)
  for (const fault of faults) {
    const answer = applies(fault, parent, project) ? faultyAnswer(fault, { parent, number, types: types && expanded(types) }) : undefined
    if (!answer) continue
    if (fault.times !== undefined) fault.times--
    return { refused: answer }
  }
  if (!project && parent !== organization && !store.projects().some((id) => ancestorsOf(id).includes(parent)))
    return {
      refused: refused(
        403,
        'PERMISSION_DENIED',
        `Permission 'cloudasset.assets.listResource' denied on resource '//cloudresourcemanager.googleapis.com/${parent}' (or it may not exist).`,
      ),
    }
  if (call === '/assets') return listed(store, parent, query, types, now)
  if (call === ':searchAllIamPolicies') return policies(store, parent, query)
  return histories(store, parent, query)
}

const applies = (fault: Fault, parent: string, project: string | undefined): boolean =>
  (fault.times === undefined || fault.times > 0) &&
  (fault.scope === undefined || fault.scope === parent || fault.scope === `projects/${project}`)

const pattern = (type: string): RegExp | undefined => {
  try {
    return new RegExp(`^(?:${type})$`)
  } catch {
    return undefined
  }
}

/** The known types that names and patterns stand for. */
const expanded = (types: string[]): string[] =>
  [...knownTypes].filter((known) => types.some((type) => type === known || pattern(type)?.test(known)))

function listed(store: AssetStore, parent: string, query: URLSearchParams, types: string[] | undefined, now: number): Answer {
  for (const type of types ?? []) if (expanded([type]).length === 0) return wrong(`The asset type(s) are not supported: ${type}.`)
  const contentType = query.get('contentType') ?? '0'
  if (!/^(?:[0-7]|CONTENT_TYPE_UNSPECIFIED|RESOURCE|IAM_POLICY|ORG_POLICY|ACCESS_POLICY|OS_INVENTORY|RELATIONSHIP)$/.test(contentType))
    return wrong(`Invalid value at 'content_type': "${contentType}".`)
  const size = pageSize(query, 100, largestPage)
  if (size === undefined) return wrong('Page size must be between 1 and 1000.')
  const said = query.get('readTime')
  const readTime = said === null ? undefined : Date.parse(said)
  if (readTime !== undefined && (Number.isNaN(readTime) || readTime > now + 60_000 || readTime < now - pastMs))
    return wrong('The read time must be a timestamp within the past 35 days.')
  const same = createHash('sha256')
    .update(JSON.stringify([parent, types, contentType]))
    .digest('base64url')
    .slice(0, 8)
  const token = readToken(query.get('pageToken'), same)
  if (token === 'wrong') return wrong('The page token is invalid: it belongs to another request.')
  const moment = token?.moment ?? readTime ?? now
  const wanted = types && new Set(expanded(types))
  const all = store.at(parent, moment).filter(({ assetType }) => !wanted || wanted.has(String(assetType)))
  const from = token?.offset ?? 0
  const withResource = contentType === '1' || contentType === 'RESOURCE'
  const assets = all.slice(from, from + size).map((asset): Json => (withResource ? asset : bare(asset)))
  const more = from + size < all.length
  return {
    body: {
      readTime: new Date(moment).toISOString(),
      assets,
      ...(more ? { nextPageToken: Buffer.from(JSON.stringify({ offset: from + size, moment, same })).toString('base64url') } : {}),
    },
  }
}

const bare = ({ name, assetType, updateTime, ancestors }: JsonObject): JsonObject => ({
  name: name ?? '',
  assetType: assetType ?? '',
  updateTime: updateTime ?? '',
  ancestors: ancestors ?? [],
})

function readToken(text: string | null, same: string): { offset: number; moment: number } | 'wrong' | undefined {
  if (text === null || text === '') return undefined
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isObject(token) && token.same === same && typeof token.offset === 'number' && typeof token.moment === 'number')
      return { offset: token.offset, moment: token.moment }
  } catch {
    // no token of ours
  }
  return 'wrong'
}

function pageSize(query: URLSearchParams, usual: number, largest: number): number | undefined {
  const size = Number(query.get('pageSize') ?? 0)
  if (!Number.isInteger(size) || size < 0 || size > largest) return undefined
  return size === 0 ? usual : size
}

function policies(store: AssetStore, parent: string, query: URLSearchParams): Answer {
  const size = pageSize(query, 100, largestPolicyPage)
  if (size === undefined) return wrong('Page size must be between 1 and 500.')
  const token = readToken(query.get('pageToken'), parent)
  if (token === 'wrong') return wrong('The page token is invalid: it belongs to another request.')
  const from = token?.offset ?? 0
  const all = store.policies(parent)
  const results = all.slice(from, from + size).map(
    ({ asset, project, policy }): JsonObject => ({
      resource: asset.name ?? '',
      assetType: asset.assetType ?? '',
      project: `projects/${projectNumber(project)}`,
      folders: ancestorsOf(project).filter((ancestor) => ancestor.startsWith('folders/')),
      organization,
      policy,
    }),
  )
  const next = Buffer.from(JSON.stringify({ offset: from + size, moment: 0, same: parent })).toString('base64url')
  return { body: { results, ...(from + size < all.length ? { nextPageToken: next } : {}) } }
}

function histories(store: AssetStore, parent: string, query: URLSearchParams): Answer {
  const wanted = query.getAll('assetNames')
  if (parent.startsWith('folders/')) return wrong('The parent must be an organization or a project.')
  if (wanted.length === 0 || wanted.length > mostNames) return wrong('Between 1 and 100 asset names must be given.')
  const assets = wanted.flatMap((name): JsonObject[] => {
    const seen = store.newest(name)
    if (!seen || !isWithin(parent, seen.project)) return []
    store.notice(name)
    const now = store.newest(name) ?? seen
    return [
      now.asset
        ? { window: { startTime: textAt(now.asset, 'updateTime') ?? now.since }, asset: now.asset }
        : { window: { startTime: now.since }, deleted: true, asset: { name, assetType: now.assetType } },
    ]
  })
  return { body: assets.length > 0 ? { assets } : {} }
}

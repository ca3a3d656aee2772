/** What only a stand-in has: switches for faults, the record of calls that changed the cloud, and a hand to change it with (README.md). */
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { type AssetStore, type CloudCall, changed } from './asset-store.ts'
import { type Fault, isFault } from './faults.ts'
import { generatedProject } from './generated-project.ts'

interface World {
  store: AssetStore
  faults: Fault[]
}

type Handler = (world: World, query: URLSearchParams, body: Json) => Json | undefined

const handlers: Record<string, Handler> = {
  'GET /simulated/calls': ({ store }, query) => ({
    calls: store
      .calls()
      .filter((call) => fits(call, query))
      .map((call): JsonObject => ({ ...call })),
  }),
  'POST /simulated/calls': ({ store }, _, body) => {
    const call = callOf(body)
    if (!call) return undefined
    store.record(call)
    return {}
  },
  'GET /simulated/faults': ({ faults }) => ({ faults: faults.map((fault): JsonObject => ({ ...fault })) }),
  'POST /simulated/faults': ({ faults }, _, body) => {
    if (!isFault(body)) return undefined
    faults.push(body)
    return {}
  },
  'DELETE /simulated/faults': ({ faults }) => {
    faults.length = 0
    return {}
  },
  'GET /simulated/assets': ({ store }, query) => ({
    assets: store
      .items(query.get('scope') ?? '')
      .map(({ asset, made, policy }): JsonObject => ({ asset, ...(made ? { made } : {}), ...(policy ? { policy } : {}) })),
  }),
  'PUT /simulated/assets': ({ store }, _, body) => {
    const project = textAt(body, 'project')
    const asset = isObject(body) ? body.asset : undefined
    if (project === undefined || !isObject(asset) || !textAt(asset, 'name')?.startsWith('//')) return undefined
    const made = isObject(body) ? body.made : undefined
    store.put({ project, asset, ...(isObject(made) ? { made } : {}) })
    return {}
  },
  'PATCH /simulated/assets': ({ store }, _, body) => {
    const seen = store.newest(textAt(body, 'name') ?? '')
    const data = isObject(body) ? body.data : undefined
    if (!seen?.asset || !isObject(data)) return undefined
    const asset = changed(seen.asset, data)
    store.put({ project: seen.project, asset })
    return { asset }
  },
  'PUT /simulated/policies': ({ store }, _, body) => {
    const policy = isObject(body) ? body.policy : undefined
    return isObject(policy) && store.setPolicy(textAt(body, 'name') ?? '', policy) ? {} : undefined
  },
  'DELETE /simulated/assets': ({ store }, query) => (store.remove(query.get('name') ?? '') ? {} : undefined),
  'POST /simulated/projects': ({ store }, _, body) => {
    const project = textAt(body, 'project')
    const size = isObject(body) ? Number(body.assets) : Number.NaN
    if (project === undefined || !Number.isInteger(size) || size < 0 || size > 200_000) return undefined
    const bytes = isObject(body) && typeof body.bytes === 'number' ? { bytes: body.bytes } : {}
    store.add(generatedProject(project, { assets: size, ...bytes }))
    return {}
  },
  'POST /simulated/reset': ({ store, faults }, _, body) => {
    faults.length = 0
    store.reset(textAt(body, 'project'))
    return {}
  },
}

/** Answers a call below `/simulated/`: `found` is false for a path there is not, `body` undefined for one that cannot be followed. */
export function answerAdmin(
  world: World,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Json,
): { found: boolean; body?: Json } {
  const handler = handlers[`${method} ${path}`]
  if (!handler) return { found: false }
  const answer = handler(world, query, body)
  return answer === undefined ? { found: true } : { found: true, body: answer }
}

const fits = (call: CloudCall, query: URLSearchParams): boolean =>
  (!query.has('project') || query.get('project') === call.project) && (!query.has('since') || call.at >= (query.get('since') ?? ''))

function callOf(value: Json): CloudCall | undefined {
  if (!isObject(value)) return undefined
  const { method, resource, project, fields, by } = value
  if (method !== 'POST' && method !== 'PATCH' && method !== 'DELETE') return undefined
  if (typeof resource !== 'string' || typeof project !== 'string' || typeof by !== 'string' || !Array.isArray(fields)) return undefined
  return { at: new Date().toISOString(), method, resource, project, fields: fields.filter((field) => typeof field === 'string'), by }
}

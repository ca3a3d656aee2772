/** The stand-ins of the cloud from behind: its inventory, and the record of every call that would have changed it. */
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { demoRecord } from './demo-world.ts'

interface CloudCall {
  method: string
  resource: string
  fields: string[]
  by: string
}

async function ask(path: string, method = 'GET', body?: Json): Promise<JsonObject> {
  const port = demoRecord().ports?.assetInventory
  if (port === undefined) throw new Error('The demo has no asset inventory: was it started before there was one?')
  const reply = await fetch(`http://127.0.0.1:${port}/simulated/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!reply.ok) throw new Error(`The inventory stand-in refused ${method} ${path}: ${await reply.text()}`)
  const answer: Json = await reply.json()
  if (!isObject(answer)) throw new Error(`The inventory stand-in answered ${path} with something that is no object.`)
  return answer
}

/** Calls since a moment that would have changed the cloud. */
export async function cloudCalls(project: string, since: Date): Promise<CloudCall[]> {
  const { calls } = await ask(`calls?project=${project}&since=${since.toISOString()}`)
  return Array.isArray(calls)
    ? calls.filter(isObject).map((call) => ({
        method: textAt(call, 'method') ?? '',
        resource: textAt(call, 'resource') ?? '',
        fields: Array.isArray(call.fields) ? call.fields.map(String) : [],
        by: textAt(call, 'by') ?? '',
      }))
    : []
}

/** Makes a bucket in the cloud as somebody would by hand, with nobody's manifest for it. */
export async function makeBucket(project: string, name: string, labels: Record<string, string>): Promise<string> {
  const asset = {
    name: `//storage.googleapis.com/${name}`,
    assetType: 'storage.googleapis.com/Bucket',
    updateTime: new Date().toISOString(),
    resource: {
      version: 'v1',
      discoveryName: 'Bucket',
      parent: `//cloudresourcemanager.googleapis.com/projects/${project}`,
      location: 'eu',
      data: {
        id: name,
        name,
        kind: 'storage#bucket',
        location: 'EU',
        locationType: 'multi-region',
        storageClass: 'STANDARD',
        labels,
        iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
        timeCreated: new Date().toISOString(),
        etag: 'CAE=',
        metageneration: '1',
      },
    },
  }
  await ask('assets', 'PUT', { project, asset })
  return asset.name
}

/** Changes an asset's data in the cloud behind everybody's back. */
export const changeAsset = (name: string, data: JsonObject): Promise<JsonObject> => ask('assets', 'PATCH', { name, data })

/** Makes the inventory fail in its own words; `clearFaults` ends that. */
export const makeFault = (fault: JsonObject): Promise<JsonObject> => ask('faults', 'POST', fault)
export const clearFaults = (): Promise<JsonObject> => ask('faults', 'DELETE')

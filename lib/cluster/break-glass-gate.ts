/**
 * The gate of break-glass sessions: an annotation on the project's Namespace, which the API server's admission policy reads
 * (deploy/kubernetes/break-glass.yaml). Opened and shut by the portal's own account, whose only write right this is.
 */
import { Invalid, NotFound } from '#lib/errors.ts'
import { isObject, valueAt } from '#lib/json.ts'
import { checkedNamespace, checkedSession } from './break-glass-calls.ts'
import type { Cluster } from './client.ts'
import type { ObjectRef } from './kubernetes-object.ts'

/** What a session may do: `approved` ones were approved by a second person and may also delete and change IAM; a `drill` takes dry runs only. */
export type GateTier = 'ordinary' | 'approved' | 'drill'

export interface GateText {
  tier: GateTier
  person: string
  /** When the session ends; for people: the API server has no clock here. */
  until: Date
  reason: string
}

/** An open session as the cluster has it; the parts are empty, and `tier` undefined, where somebody wrote something else by hand. */
export interface Gate {
  session: string
  tier: GateTier | undefined
  person: string
  until: string
  reason: string
  /** The annotation's value as it stands. */
  value: string
}

const prefix = 'session.corbel.dev/'
const longestReason = 500

/** The annotation's value: `<tier> <person> <end> <reason>` on one line. It comes back in the API server's audit log. */
export function gateValue({ tier, person, until, reason }: GateText): string {
  const name = person.replace(/[^\x21-\x7e]/g, '_')
  return `${tier} ${name} ${until.toISOString()} ${oneLine(reason).slice(0, longestReason).toWellFormed()}`
}

/** Control characters and line ends, those of Unicode too, become spaces. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()

export interface GatePlace {
  cluster: Cluster
  namespace: string
  session: string
}

/** Opens the gate for a session; the API server knows it with the next request. Throws the errors of lib/cluster. */
export async function openGate({ cluster, namespace, session, value }: GatePlace & { value: string }): Promise<void> {
  if (!/^(?:ordinary|approved|drill) \S+ \S+ /.test(value)) throw new Invalid('A gate needs tier, person, end and reason.')
  await setGate({ cluster, namespace, session }, value)
}

/** Shuts it. Nothing happens where it is shut, or where the namespace is gone. Throws the errors of lib/cluster. */
export async function shutGate(place: GatePlace): Promise<void> {
  try {
    await setGate(place, null)
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
  }
}

async function setGate({ cluster, namespace, session }: GatePlace, value: string | null): Promise<void> {
  const annotations = { [`${prefix}${checkedSession(session)}`]: value }
  await cluster.asPortal().patchMerge(namespaceRef(namespace), { metadata: { annotations } }, { fieldManager: 'corbel' })
}

/** The sessions that are open in a namespace as the cluster has it now. Throws the errors of lib/cluster. */
export async function gatesOf({ cluster, namespace }: { cluster: Cluster; namespace: string }): Promise<Gate[]> {
  const { value } = await cluster.asPortal().get(namespaceRef(namespace))
  const annotations = valueAt(value, ['metadata', 'annotations'])
  return Object.entries(isObject(annotations) ? annotations : {}).flatMap(([key, text]) =>
    key.startsWith(prefix) && typeof text === 'string' ? [readGate(key.slice(prefix.length), text)] : [],
  )
}

function readGate(session: string, value: string): Gate {
  const [, tier, person = '', until = '', reason = ''] = /^(ordinary|approved|drill) (\S+) (\S+) ?(.*)$/s.exec(value) ?? []
  return { session, tier: tier === 'ordinary' || tier === 'approved' || tier === 'drill' ? tier : undefined, person, until, reason, value }
}

const namespaceRef = (namespace: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  name: checkedNamespace(namespace),
})

/** Where pages are, and names nobody has used yet. */
import type { Page } from '@playwright/test'

/** A name that no earlier run used in this demo. */
export const freshName = (prefix: string): string => `${prefix}-${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`

const groups: Record<string, string> = {
  StorageBucket: 'storage.cnrm.cloud.google.com',
  PubSubTopic: 'pubsub.cnrm.cloud.google.com',
  PubSubSubscription: 'pubsub.cnrm.cloud.google.com',
  SQLInstance: 'sql.cnrm.cloud.google.com',
  ComputeNetwork: 'compute.cnrm.cloud.google.com',
  IAMPolicyMember: 'iam.cnrm.cloud.google.com',
  Locus: 'caching.corbel.dev',
}

export const kindKey = (kind: string): string => {
  const group = groups[kind]
  if (!group) throw new Error(`The journeys know no group of ${kind}.`)
  return `${kind}.${group}`
}

export const resourcePath = (namespace: string, kind: string, name: string): string =>
  `/resources/demo/${namespace}/${kindKey(kind)}/${name}`

export const createPath = (namespace: string, kind: string): string => `/create/${kindKey(kind)}?cluster=demo&namespace=${namespace}`

/** The part of a page that is its own, without the frame. */
export const content = (page: Page) => page.getByRole('main')

/** Which requests the simulated cloud refuses, and in which words. Pure. */
import { parse } from 'yaml'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** A failure switched on in the ConfigMap corbel-system/cloud-failures. */
export interface FailureRule {
  kind: string
  namespace: string | undefined
  /** `*` stands for any text. */
  name: string | undefined
  on: 'reconcile' | 'delete'
  message: string
}

/** The rules in the data of the ConfigMap; values that are no rules are left out. */
export function readRules(data: Json | undefined): FailureRule[] {
  if (!isObject(data)) return []
  return Object.values(data).flatMap((text) => {
    const rule = typeof text === 'string' ? parsed(text) : undefined
    const kind = textAt(rule, 'kind')
    if (kind === undefined) return []
    return {
      kind,
      namespace: textAt(rule, 'namespace'),
      name: textAt(rule, 'name'),
      on: textAt(rule, 'on') === 'delete' ? 'delete' : 'reconcile',
      message: textAt(rule, 'message') ?? 'googleapi: Error 503: The service is currently unavailable., backendError',
    }
  })
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const matches = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined ||
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text)

/** The message of the rule that an object meets, if any. */
export function ruleFailure(rules: FailureRule[], object: JsonObject, on: FailureRule['on']): string | undefined {
  const kind = textAt(object, 'kind')
  const namespace = textAt(object, 'metadata', 'namespace') ?? ''
  const name = textAt(object, 'metadata', 'name') ?? ''
  return rules.find((rule) => rule.on === on && rule.kind === kind && matches(rule.namespace, namespace) && matches(rule.name, name))
    ?.message
}

/** How many networks a project may have, as in a new Google Cloud project. */
export const networkQuota = 15

/** What decides a failure by nature, besides the object. */
export interface Surroundings {
  googleProject: string
  /** Names of the project's networks that exist or were asked for earlier. */
  earlierNetworks: number
}

/** The error of the Google API that a request runs into by its nature, or undefined when it works. */
export function naturalFailure(object: JsonObject, { googleProject, earlierNetworks }: Surroundings): string | undefined {
  const name = textAt(object, 'spec', 'resourceID') ?? textAt(object, 'metadata', 'name') ?? ''
  switch (textAt(object, 'kind')) {
    case 'StorageBucket':
      return name.startsWith('taken-')
        ? `Error creating bucket ${name}: googleapi: Error 409: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again., conflict`
        : undefined
    case 'ComputeNetwork':
      return earlierNetworks >= networkQuota
        ? `Error creating Network: googleapi: Error 403: Quota 'NETWORKS' exceeded. Limit: ${networkQuota}.0 globally., quotaExceeded`
        : undefined
    case 'SQLInstance':
      return textAt(object, 'spec', 'settings', 'tier') === 'db-n1-highmem-96'
        ? `Error creating instance ${name}: googleapi: Error 403: Quota 'CPUS' exceeded. Limit: 72.0 in region ${textAt(object, 'spec', 'region') ?? 'us-central1'} of project ${googleProject}., quotaExceeded`
        : undefined
    case 'IAMPolicyMember': {
      const member = valueAt(object, ['spec', 'member'])
      return typeof member === 'string' && member.endsWith('@gone.acme.test')
        ? `Error setting IAM policy: googleapi: Error 400: User ${member.replace(/^user:/, '')} does not exist., badRequest`
        : undefined
    }
    default:
      return undefined
  }
}

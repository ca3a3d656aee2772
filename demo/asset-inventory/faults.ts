/** Faults that tests and people switch on: how the real inventory fails, in its own words. */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'

/** One switched-on fault. `scope` narrows it (`projects/search-prod-8812`); `times` lets it pass after so many answers. */
export type Fault = { scope?: string; times?: number } & (
  | { fault: 'quota'; retryAfter?: string }
  | { fault: 'denied'; assetTypes?: string[] }
  | { fault: 'disabled' }
  | { fault: 'unavailable'; status?: number }
  | { fault: 'slow'; milliseconds: number }
)

/** An answer that is no success. */
export interface Refused {
  status: number
  headers?: Record<string, string>
  body: JsonObject
}

export const names = ['quota', 'denied', 'disabled', 'unavailable', 'slow']

/** Whether a value from the admin endpoint is a fault. */
export const isFault = (value: Json): value is Json & Fault =>
  isObject(value) &&
  typeof value.fault === 'string' &&
  names.includes(value.fault) &&
  (value.fault !== 'slow' || typeof value.milliseconds === 'number')

/** `{error: {code, message, status}}` as Google answers it. */
export const refused = (status: number, code: string, message: string, details: JsonObject[] = [], headers = {}): Refused => ({
  status,
  headers,
  body: { error: { code: status, message, status: code, ...(details.length > 0 ? { details } : {}) } },
})

const info = (reason: string, metadata: JsonObject): JsonObject => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
})

/** The answer of a fault to a call. `types` are the asset types asked for, undefined for all; undefined lets the call through. */
export function faultyAnswer(
  fault: Fault,
  { parent, number, types }: { parent: string; number: string; types: string[] | undefined },
): Refused | undefined {
  switch (fault.fault) {
    case 'quota':
      return refused(
        429,
        'RESOURCE_EXHAUSTED',
        `Quota exceeded for quota metric 'ListAssets Requests' and limit 'ListAssets Requests per minute' of service 'cloudasset.googleapis.com' for consumer 'project_number:${number}'.`,
        [
          info('RATE_LIMIT_EXCEEDED', {
            consumer: `projects/${number}`,
            service: 'cloudasset.googleapis.com',
            quota_limit: 'ListAssetsRequestsPerMinutePerProject',
          }),
        ],
        fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
      )
    case 'denied': {
      const denied = fault.assetTypes
      const hit = denied ? denied.find((type) => !types || types.includes(type)) : ''
      if (hit === undefined) return undefined
      const [service = '', name = ''] = hit.split('/')
      const permission =
        hit === '' ? 'cloudasset.assets.listResource' : `cloudasset.assets.list${capital(service.split('.')[0] ?? '')}${plural(name)}`
      return refused(
        403,
        'PERMISSION_DENIED',
        `Permission '${permission}' denied on resource '//cloudresourcemanager.googleapis.com/${parent}' (or it may not exist).`,
        [info('IAM_PERMISSION_DENIED', { permission, resource: parent })],
      )
    }
    case 'disabled':
      return refused(
        403,
        'PERMISSION_DENIED',
        `Cloud Asset API has not been used in project ${number} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/cloudasset.googleapis.com/overview?project=${number} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
        [info('SERVICE_DISABLED', { consumer: `projects/${number}`, service: 'cloudasset.googleapis.com' })],
      )
    case 'unavailable':
      return refused(fault.status ?? 503, 'UNAVAILABLE', 'The service is currently unavailable.')
    case 'slow':
      return undefined
    default:
      return fault satisfies never
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
const plural = (name: string): string => (/[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`)

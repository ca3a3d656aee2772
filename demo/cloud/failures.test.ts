import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { naturalFailure, networkQuota, readRules, ruleFailure } from './failures.ts'

const surroundings = { googleProject: 'p-1', earlierNetworks: 0 }
const object = (kind: string, name: string, spec: JsonObject = {}): JsonObject => ({ kind, metadata: { name, namespace: 'ns' }, spec })

describe('failures by nature', () => {
  test.each([
    ['a taken bucket name', object('StorageBucket', 'taken-logs'), 0, /Error 409: The requested bucket name is not available/],
    ['a taken name given as resourceID', object('StorageBucket', 'logs', { resourceID: 'taken-logs' }), 0, /taken-logs/],
    ['a free bucket name', object('StorageBucket', 'logs'), 0, undefined],
    ['the network within quota', object('ComputeNetwork', 'n'), networkQuota - 1, undefined],
    ['one network too many', object('ComputeNetwork', 'n'), networkQuota, /quotaExceeded/],
    ['a machine that is too large', object('SQLInstance', 'i', { settings: { tier: 'db-n1-highmem-96' } }), 0, /Quota 'CPUS' exceeded/],
    ['somebody who left', object('IAMPolicyMember', 'm', { member: 'user:x@gone.acme.test' }), 0, /User x@gone.acme.test does not exist/],
    ['anything else', object('PubSubTopic', 'taken-topic'), 99, undefined],
  ])('%s', (_, value, earlierNetworks, expected) => {
    const found = naturalFailure(value, { ...surroundings, earlierNetworks })
    if (expected) expect(found).toMatch(expected)
    else expect(found).toBeUndefined()
  })
})

describe('failures on demand', () => {
  const rules = readRules({
    topics: 'kind: PubSubTopic\nname: "refund-*"\nmessage: no',
    deletion: 'kind: PubSubTopic\non: delete\nnamespace: ns\nmessage: not empty',
    broken: 'kind: [',
    other: 'just text',
  })
  test('texts that are no rules are left out', () => expect(rules).toHaveLength(2))
  test.each([
    ['refund-events', 'reconcile', 'no'],
    ['events', 'reconcile', undefined],
    ['events', 'delete', 'not empty'],
  ] as const)('%s, %s', (name, on, expected) => {
    expect(ruleFailure(rules, object('PubSubTopic', name), on)).toBe(expected)
  })
})

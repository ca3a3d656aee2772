import { expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { readEvent } from './read-event.ts'

const session = '0199a0aa-0000-7000-8000-000000000001'
const write = (changed: JsonObject = {}): JsonObject => ({
  auditID: 'a1',
  stage: 'ResponseComplete',
  verb: 'patch',
  requestURI: '/apis/storage.cnrm.cloud.google.com/v1beta1/namespaces/shop/storagebuckets/b?fieldManager=x',
  user: { username: 'oidc:alice@acme.test' },
  impersonatedUser: { username: 'system:serviceaccount:shop:break-glass' },
  objectRef: { resource: 'storagebuckets', namespace: 'shop', name: 'b', apiGroup: 'storage.cnrm.cloud.google.com' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-23T11:00:00.123456Z',
  annotations: { 'corbel-break-glass-gate/session': session },
  ...changed,
})

test('a write by a person as the account is a use with its person, object, session and time to the microsecond', () => {
  expect(readEvent(write())).toEqual({
    type: 'use',
    auditId: 'a1',
    at: '2026-11-23T11:00:00.123456Z',
    username: 'oidc:alice@acme.test',
    impersonated: 'system:serviceaccount:shop:break-glass',
    verb: 'patch',
    namespace: 'shop',
    group: 'storage.cnrm.cloud.google.com',
    resource: 'storagebuckets',
    subresource: null,
    name: 'b',
    dryRun: false,
    code: 200,
    session,
  })
})

test.each<[string, JsonObject, JsonObject]>([
  [
    'the account itself: no person',
    { user: { username: 'system:serviceaccount:shop:break-glass' }, impersonatedUser: null },
    { impersonated: null },
  ],
  ['a dry run', { requestURI: '/apis/x?dryRun=All' }, { dryRun: true }],
  ['refused', { responseStatus: { code: 403 } }, { code: 403 }],
  ['without the gate’s word', { annotations: {} }, { session: null }],
  ['with a word that is not the gate’s', { annotations: { 'other/session': session } }, { session: null }],
  ['a panic of the API server', { stage: 'Panic' }, { code: 200 }],
  ['deleting many', { verb: 'deletecollection' }, { verb: 'deletecollection' }],
])('%s', (_, changed, expected) => {
  expect(readEvent(write(changed))).toMatchObject(expected)
})

test.each<[string, JsonObject | string | null]>([
  ['a read', write({ verb: 'get' })],
  ['an early stage', write({ stage: 'RequestReceived' })],
  ['another account', write({ impersonatedUser: { username: 'system:serviceaccount:shop:break-glass-2' } })],
  ['a user that only looks like one', write({ impersonatedUser: { username: 'system:serviceaccount:a:b:break-glass' } })],
  ['no audit id', write({ auditID: 7 })],
  ['no time', write({ requestReceivedTimestamp: 'soon' })],
  ['no event', 'text'],
  ['nothing', null],
])('%s is none of ours', (_, event) => {
  expect(readEvent(event)).toBeUndefined()
})

const key = `session.corbel.dev/${session}`
test.each<[string, unknown]>([
  ['a merge patch', { metadata: { annotations: { [key]: 'ordinary x' } } }],
  ['a merge patch that shuts it', { metadata: { annotations: { [key]: null } } }],
  ['a JSON patch', [{ op: 'add', path: `/metadata/annotations/${key.replace('/', '~1')}`, value: 'x' }]],
  ['a JSON patch of all annotations', [{ op: 'add', path: '/metadata/annotations', value: { [key]: 'x' } }]],
  [
    'a JSON patch that replaces all metadata',
    [{ op: 'replace', path: '/metadata', value: { annotations: { [`session.corbel.dev/${session}`]: 'ordinary …' } } }],
  ],
  [
    'a JSON patch of the whole',
    [{ op: 'add', path: '', value: { metadata: { annotations: { [`session.corbel.dev/${session}`]: 'x' } } } }],
  ],
])('%s of a namespace’s gate is told with its session', (_, body) => {
  const event = write({
    user: { username: 'dave' },
    impersonatedUser: null,
    objectRef: { resource: 'namespaces', namespace: 'shop', name: 'shop' },
    requestObject: JSON.parse(JSON.stringify(body)),
  })
  expect(readEvent(event)).toMatchObject({ type: 'gate', username: 'dave', namespace: 'shop', sessions: [session] })
})

test('other writes of a namespace are none of ours', () => {
  const event = write({
    impersonatedUser: null,
    objectRef: { resource: 'namespaces', name: 'shop' },
    requestObject: { metadata: { labels: { a: 'b' } } },
  })
  expect(readEvent(event)).toBeUndefined()
})

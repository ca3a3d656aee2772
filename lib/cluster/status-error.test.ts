import { describe, expect, test } from 'vitest'
import { Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { Json } from '#lib/json.ts'
import { Gone } from './gone.ts'
import { type Attempted, statusError, withoutEcho } from './status-error.ts'

const attempted: Attempted = { cluster: 'demo', verb: 'create', kind: 'Bucket', namespace: 'payments', name: 'logs', by: 'person' }

// Bodies as kube-apiserver 1.37 sent them.
const failure = (code: number, reason: string, message: string, details: Json = {}): Json => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  details,
  code,
})
const invalid = (causes: { field?: string; message: string; reason?: string }[]): Json =>
  failure(422, 'Invalid', 'Bucket.test.cnrm.cloud.google.com "logs" is invalid', { name: 'logs', kind: 'Bucket', causes })

describe('field errors', () => {
  const table: [string, number, Json, { path: (string | number)[]; message: string }[]][] = [
    [
      'a value out of an enumeration',
      422,
      invalid([{ field: 'spec.class', message: 'Unsupported value: "C": supported values: "A", "B"' }]),
      [{ path: ['spec', 'class'], message: 'Must be one of "A", "B".' }],
    ],
    [
      'a missing field inside a list',
      422,
      invalid([{ field: 'spec.rules[0].action', message: 'Required value' }]),
      [{ path: ['spec', 'rules', 0, 'action'], message: 'Is required.' }],
    ],
    [
      'a wrong type, with the value cut out',
      422,
      invalid([{ field: 'spec.size', message: 'Invalid value: "x": spec.size in body must be of type integer: "string"' }]),
      [{ path: ['spec', 'size'], message: 'Must be of type integer: "string".' }],
    ],
    [
      'a key without a value',
      422,
      invalid([{ field: 'spec.class', message: 'Invalid value: "null": spec.class in body must be of type string: "null"' }]),
      [{ path: ['spec', 'class'], message: 'Is empty: write a text, or remove the line.' }],
    ],
    [
      'a CEL rule of an API server that repeats the whole object',
      422,
      invalid([{ field: 'spec', message: 'Invalid value: {"password":"hunter2: {","size":11}: size must stay below 10' }]),
      [{ path: ['spec'], message: 'Size must stay below 10.' }],
    ],
    [
      'a CEL rule of an API server that leaves the value out',
      422,
      invalid([{ field: 'spec', message: 'Invalid value: size must stay below 10' }]),
      [{ path: ['spec'], message: 'Size must stay below 10.' }],
    ],
    [
      'a bad label key in brackets',
      422,
      invalid([{ field: 'metadata.labels[a/b.c]', message: 'Invalid value: "x y": bad label value' }]),
      [{ path: ['metadata', 'labels', 'a/b.c'], message: 'Bad label value.' }],
    ],
    [
      'the note that some rules were not checked is left out beside real complaints',
      422,
      invalid([
        { field: 'spec.location', message: 'Required value' },
        {
          field: '<nil>',
          message:
            'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        },
      ]),
      [{ path: ['spec', 'location'], message: 'Is required.' }],
    ],
    [
      'unknown fields found by strict decoding',
      400,
      failure(
        400,
        'BadRequest',
        'Bucket in version "v1beta1" cannot be handled as a Bucket: strict decoding error: unknown field "spec.nope", unknown field "spec.rules[0].bad"',
      ),
      [
        { path: ['spec', 'nope'], message: 'This kind has no such field.' },
        { path: ['spec', 'rules', 0, 'bad'], message: 'This kind has no such field.' },
      ],
    ],
    [
      'an unknown field in server-side apply, which is answered as 500',
      500,
      failure(
        500,
        '',
        'failed to create typed patch object (default/c; test.cnrm.cloud.google.com/v1beta1, Kind=Bucket): .spec.bad: field not declared in schema',
      ),
      [{ path: ['spec', 'bad'], message: 'This kind has no such field.' }],
    ],
    [
      'an admission policy that names the field',
      422,
      failure(
        422,
        'Invalid',
        `buckets.test "logs" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: spec.location is immutable`,
        {
          causes: [{ message: `ValidatingAdmissionPolicy 'p' with binding 'b' denied request: spec.location is immutable` }],
        },
      ),
      [{ path: ['spec', 'location'], message: 'Spec.location is immutable.' }],
    ],
  ]
  test.each(table)('%s', (_, status, body, fields) => {
    const error = statusError(status, body, attempted)
    expect(error).toBeInstanceOf(Invalid)
    expect((error as Invalid).fields).toEqual(fields) // the line above proves the type
    expect(error.message).not.toContain('hunter2')
  })

  test('a map key with a dot is found in the object that was sent', () => {
    const body = invalid([{ field: 'spec.labels.a/b.c', message: 'Too long: may not be more than 3 bytes' }])
    const error = statusError(422, body, attempted, { sent: { spec: { labels: { 'a/b.c': 'toolong' } } } })
    expect(error).toMatchObject({ fields: [{ path: ['spec', 'labels', 'a/b.c'] }] })
  })
})

describe('what kind of error an answer is', () => {
  test('403 of RBAC says who may not do what, and what could be granted', () => {
    const message =
      'buckets.test.cnrm.cloud.google.com is forbidden: User "oidc:alice@acme.test" cannot list resource "buckets" in API group "test.cnrm.cloud.google.com" in the namespace "payments"'
    const error = statusError(403, failure(403, 'Forbidden', message), { ...attempted, verb: 'list', name: undefined })
    expect(error).toBeInstanceOf(Forbidden)
    expect(error.message).toBe(
      'You (oidc:alice@acme.test on cluster "demo") may not list Bucket in payments. Whoever administers access to the cluster can grant "list" on "buckets.test.cnrm.cloud.google.com" in payments.',
    )
  })
  test('403 of an admission policy repeats the policy, not RBAC', () => {
    const message = `buckets "logs" is forbidden: ValidatingAdmissionPolicy 'corbel-people-dry-run-only' with binding 'x' denied request: open a pull request instead`
    expect(statusError(403, failure(403, 'Forbidden', message), attempted).message).toBe(
      'Cluster "demo" refuses Bucket "logs" in payments: Open a pull request instead.',
    )
  })
  test('409 of server-side apply names the other managers and the fields', () => {
    const body = failure(409, 'Conflict', 'Apply failed with 1 conflict', {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using test/v1beta1', field: '.spec.location' }],
    })
    const error = statusError(409, body, attempted)
    expect(error).toBeInstanceOf(Conflict)
    expect((error as Conflict).details).toEqual({ managers: [{ manager: 'kubectl', path: ['spec', 'location'] }] }) // proven above
  })
  test('409 tells an object that exists from one that changed', () => {
    expect(statusError(409, failure(409, 'AlreadyExists', 'x'), attempted).message).toContain('exists already')
    expect(statusError(409, failure(409, 'Conflict', 'x'), attempted).message).toContain('changed on cluster')
  })
  test('404 tells a missing namespace from a missing object and a missing kind', () => {
    const missing = (kind: string, name: string) => statusError(404, failure(404, 'NotFound', 'x', { kind, name }), attempted)
    expect(missing('namespaces', 'payments').message).toBe('Namespace "payments" does not exist on cluster "demo".')
    expect(missing('buckets', 'logs')).toBeInstanceOf(NotFound)
    expect(missing('buckets', 'logs').message).toBe('Bucket "logs" in payments does not exist on cluster "demo".')
    expect(statusError(404, undefined, attempted).message).toContain('does not serve Bucket')
  })
  test('401, 410, 429 and 5xx', () => {
    expect(statusError(401, undefined, attempted)).toBeInstanceOf(Unauthenticated)
    expect(statusError(401, undefined, { ...attempted, by: 'portal' }).message).toContain('kubeconfig')
    expect(statusError(410, undefined, attempted)).toBeInstanceOf(Gone)
    expect(statusError(429, undefined, attempted, { retryAfterSeconds: 7 })).toMatchObject({ retryAfterSeconds: 7 })
    expect(statusError(429, undefined, attempted)).toBeInstanceOf(RateLimited)
    const down = statusError(503, undefined, attempted)
    expect(down).toBeInstanceOf(Unavailable)
    expect(down.message).toContain('demo')
  })
})

test('values inside messages are cut out, however nested', () => {
  expect(withoutEcho('spec: Invalid value: map[a:{"b: c": [1]}]: too big')).toBe('spec: too big')
  expect(withoutEcho('Invalid value: "s\\": x": no')).toBe('no')
  expect(withoutEcho('Invalid value: 17: above 10')).toBe('above 10')
  expect(withoutEcho('Duplicate value: "a"')).toBe('the value is there already')
})

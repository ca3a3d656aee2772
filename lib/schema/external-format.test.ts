import fc from 'fast-check'
import { expect, test } from 'vitest'
import { externalProblem } from './external-format.ts'

const topic = 'projects/{{projectID}}/topics/{{topicID}}'

test.each([
  [topic, 'projects/acme/topics/orders'],
  [topic, ''],
  [topic, 'https://pubsub.googleapis.com/v1/projects/acme/topics/orders'],
  ['projects/[kms_project_id]/locations/[region]/keyRings/[ring]', 'projects/a/locations/eu/keyRings/r'],
  ['projects/*/secrets/*/versions/*', 'projects/a/secrets/b/versions/7'],
  ['{{selfLink}}', 'anything at all'],
  ['organizations/{{id}} or folders/{{id}}', 'folders/12'],
  ['group:{{email}}', 'group:a@b.c'],
])('%s takes %j', (format, value) => {
  expect(externalProblem(format, value)).toBeUndefined()
})

test.each([
  [topic, 'orders', 'Part 1 is "orders", the format has "projects" there.'],
  [topic, 'projects/acme/subscriptions/orders', 'Part 3 is "subscriptions", the format has "topics" there.'],
  [topic, 'projects/acme', 'Ends too early: "topics/{{topicID}}" is missing at the end.'],
  [topic, 'projects/acme/topics/a/b', 'Goes on too long: the format ends before "b".'],
  [topic, 'projects/{{projectID}}/topics/a', 'Put a real name in place of "{{projectID}}".'],
  ['organizations/{{id}} or folders/{{id}}', 'folders', 'Ends too early: "{{id}}" is missing at the end.'],
])('%s does not take %j', (format, value, sentence) => {
  expect(externalProblem(format, value)).toBe(sentence)
})

test('a format filled in fits', () => {
  const name = fc.stringMatching(/^[a-z0-9-]{1,10}$/)
  fc.assert(fc.property(name, name, (project, id) => externalProblem(topic, `projects/${project}/topics/${id}`) === undefined))
})

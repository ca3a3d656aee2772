import { expect, test } from 'vitest'
import { keptVerdict } from './kept-verdict.ts'

const manifest = `apiVersion: sql.cnrm.cloud.google.com/v1beta1
kind: SQLUser
metadata: {name: reporter}
spec:
  host: nowhere
  password: {value: correct horse}
`

test('what the cluster repeats of secrets, and what looks like a credential, is not kept; the rest is, word for word', () => {
  const token = 'Bearer abcdefghijklmnopqrstuvwxyz'
  const said = (secret: string, credential: string) => ({
    accepted: false,
    message: `spec.password.value: Invalid value: "${secret}": is too short`,
    unavailable: `The cluster refused ${credential}`,
    fields: [
      { path: ['spec', 'password', 'value'], message: `"${secret}" is too short` },
      { path: ['spec', 'host'], message: '"nowhere" is no host' },
    ],
    warnings: [`unknown field "spec.${secret}"`],
  })
  expect(keptVerdict({ ...said('correct horse', token), milliseconds: 3 }, manifest)).toEqual(said('(hidden)', 'Bearer (hidden)'))
})

test('nothing said stays nothing, also of a text that is no manifest', () => {
  const accepted = { accepted: true, message: null, unavailable: null, fields: [], warnings: [] }
  expect(keptVerdict({ ...accepted, milliseconds: 3 }, 'spec: [')).toEqual(accepted)
})

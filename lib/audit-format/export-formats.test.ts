import Ajv from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChainEntry, chainStart } from './audit-entry.ts'
import { csvField, csvHead, csvLine } from './csv-rows.ts'
import { ocsfEvent } from './ocsf-event.ts'

const entry: ChainEntry = {
  seq: 7,
  format: 2,
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  at: '2026-11-23T08:00:00.123Z',
  requestId: 'r',
  actor: 'alice@acme.test',
  action: 'proposal.submitted',
  outcome: 'denied',
  target: { cluster: 'demo', namespace: 'payments-prod', kind: 'StorageBucket', name: '=cmd|calc' },
  details: { text: 'a "quoted", line\nbreak' },
  previous: chainStart,
  hash: 'a'.repeat(64),
}

describe('CSV', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['  =1', `"'  =1"`],
    ['\r=1', `"'\r=1"`],
    ['＝1', `"'＝1"`],
    ['plain', '"plain"'],
    ['a"b', '"a""b"'],
    ['', '""'],
  ])('%j is written so that no spreadsheet computes it', (text, field) => expect(csvField(text)).toBe(field))

  test('whatever a field holds, it is read back whole and begins no formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const field = csvField(text)
        expect(field.slice(1, -1).replaceAll('""', '"').replace(/^'/, '')).toBe(text.replace(/^'/, ''))
        expect(field).not.toMatch(/^"\s*[=+\-@]/)
      }),
    )
  })

  test('a line has as many fields as the head, and times and hashes as they are', () => {
    const fields = csvLine(entry).match(/"(?:[^"]|"")*"/g) ?? []
    expect(fields).toHaveLength(csvHead.split(',').length)
    expect(fields.slice(0, 4)).toEqual(['"7"', '"2026-11-23T08:00:00.123Z"', '"alice@acme.test"', '"proposal.submitted"'])
    expect(fields[8]).toBe(`"'=cmd|calc"`)
  })
})

describe('OCSF', () => {
  // The attributes that class 6003 and the base event require (schema.ocsf.io, version 1.3.0), and their types.
  const required = {
    type: 'object',
    required: ['activity_id', 'actor', 'api', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'src_endpoint', 'time', 'type_uid'],
    properties: {
      activity_id: { enum: [0, 1, 2, 3, 4, 99] },
      category_uid: { const: 6 },
      class_uid: { const: 6003 },
      severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
      status_id: { enum: [0, 1, 2, 99] },
      time: { type: 'integer' },
      api: { type: 'object', required: ['operation'] },
      metadata: { type: 'object', required: ['product', 'version'] },
    },
  }
  test.each(['proposal.submitted', 'proposal.merged', 'login.ended', 'audit.exported', 'what.ever', 'nodot'])(
    '%s is an event of API Activity',
    (action) => {
      for (const outcome of ['intent', 'succeeded', 'denied', 'failed', 'unknown'] as const) {
        const event = ocsfEvent({ ...entry, action, outcome }, 'corbel.test/audit')
        const judge = new Ajv().compile(required)
        expect(judge(event), JSON.stringify(judge.errors)).toBe(true)
        expect(event.type_uid).toBe(600_300 + Number(event.activity_id))
        expect(event).toMatchObject({ metadata: { uid: 'corbel.test/audit/7' }, actor: { user: { name: 'alice@acme.test' } } })
      }
    },
  )
})

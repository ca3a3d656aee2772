import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { importReport, type ReportedResource, type ReportFacts, reportTitle } from './plan-text.ts'

const bucket = 'StorageBucket.storage.cnrm.cloud.google.com'
const resource = (name: string, more: Partial<ReportedResource> = {}): ReportedResource => ({
  manifests: [{ kind: bucket, name }],
  namespace: 'search-prod',
  verdict: 'nothing-changes',
  reasons: [],
  fields: [],
  unmapped: 0,
  edited: false,
  ...more,
})
const facts = (resources: ReportedResource[], more: Partial<ReportFacts> = {}): ReportFacts => ({
  resources,
  scope: 'projects/search-prod-4711',
  snapshotAt: new Date('2026-11-23T07:12:00Z'),
  leftOut: [],
  url: 'https://corbel.test/import/1',
  ...more,
})
const markdown = new MarkdownIt({ html: true, linkify: false })
/** The cells of the tables as people see them. */
const cells = (text: string): string[][] =>
  [...markdown.render(text).matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map((row) =>
    [...(row[1] ?? '').matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map((found) => (found[1] ?? '').replace(/<\/?code>/g, '')),
  )

test('a report names what is adopted, when the inventory was read and what changes', () => {
  const report = importReport(facts([resource('orders'), resource('logs', { verdict: 'adds-label' })]))
  expect(report).toContain('These 2 resources exist in the cloud already')
  expect(report).toContain('`projects/search-prod-4711` on 2026-11-23 07:12 UTC')
  expect(report).toContain('- for 1, nothing changes\n- for 1, Config Connector adds the label `managed-by-cnrm: true`')
  expect(cells(report)).toEqual([
    ['Kind', 'Name', 'Project', 'What changes in the cloud'],
    ['StorageBucket', 'orders', 'search-prod', 'nothing'],
    ['StorageBucket', 'logs', 'search-prod', 'the label managed-by-cnrm: true is added'],
  ])
  expect(report).toContain('[The import](https://corbel.test/import/1)')
})

test('that nothing is created is promised only where it was judged', () => {
  expect(importReport(facts([resource('a'), resource('b', { verdict: 'adds-label' })]))).toContain('nothing is created')
  for (const verdict of ['would-change', 'cannot-tell', null] as const) {
    const report = importReport(facts([resource('a'), resource('b', { verdict })]))
    expect(report).not.toContain('nothing is created')
    expect(report).toContain('nothing is deleted')
  }
})

test('what would change names reasons and fields; edits and leaves without a place are told', () => {
  const report = importReport(
    facts([
      resource('a', { verdict: 'would-change', reasons: ['The controller writes it.'], fields: [['website', 'x'], ['y']] }),
      resource('b', { verdict: null }),
      resource('c', { edited: true, unmapped: 2 }),
    ]),
  )
  expect(
    cells(report)
      .map((row) => row[3])
      .slice(1),
  ).toEqual([
    '<strong>would change</strong>: The controller writes it. (website.x, y)',
    '<strong>cannot be told</strong>: It was not judged.',
    'nothing; its manifest was changed by hand; 2 fields have no place in the manifest',
  ])
})

test('parts stand behind their resource', () => {
  const manifests = [
    { kind: bucket, name: 'orders' },
    { kind: 'IAMPartialPolicy.iam.cnrm.cloud.google.com', name: 'orders-access' },
  ]
  expect(cells(importReport(facts([resource('orders', { manifests })]))).slice(1)).toEqual([
    ['StorageBucket', 'orders', 'search-prod', 'nothing'],
    ['IAMPartialPolicy', 'orders-access', 'search-prod', 'as the resource above'],
  ])
})

test('what is left out is counted by reason, the first ones named', () => {
  const leftOut = [
    { why: 'managed already', count: 5, names: ['a', 'b', 'c', 'd'] },
    { why: 'nobody chose them', count: 1, names: ['e'] },
    { why: 'none', count: 0, names: [] },
  ]
  const report = importReport(facts([resource('x')], { leftOut }))
  expect(report).toContain('**Left out of this pull request:** 6 assets.')
  expect(cells(report).slice(-2)).toEqual([
    ['5', 'managed already', 'a, b, c, …'],
    ['1', 'nobody chose them', 'e'],
  ])
})

test('titles name one resource, and count several', () => {
  const whole = { only: undefined, part: 1, parts: 1 }
  expect(reportTitle([resource('orders')], whole)).toBe('Adopt StorageBucket orders of search-prod')
  expect(reportTitle([resource('a'), resource('b')], { only: 'storage', part: 2, parts: 3 })).toBe(
    'Adopt 2 storage resources of search-prod (2 of 3)',
  )
  expect(reportTitle([resource('x'.repeat(250))], whole)).toBe('Adopt 1 resource of search-prod')
})

test('a report that is too long counts what does not fit, and says where it stands', () => {
  const many = Array.from({ length: 50 }, (_, at) =>
    resource(`${at}-${'n'.repeat(240)}`, {
      verdict: 'would-change',
      reasons: ['r'.repeat(300)],
      fields: Array.from({ length: 9 }, () => ['f'.repeat(200)]),
    }),
  )
  const leftOut = Array.from({ length: 60 }, (_, at) => ({ why: `${at} ${'w'.repeat(290)}`, count: 9, names: ['l'.repeat(250), 'm', 'n'] }))
  const report = importReport(facts(many, { leftOut }))
  expect(report.length).toBeLessThanOrEqual(20_000)
  expect(report).toMatch(/\d+ more are listed in \[the import\]\(https:\/\/corbel\.test\/import\/1\)/)
  expect(report).toMatch(/\d+ more reasons are told/)
})

describe('names from the cloud', () => {
  test.each([
    ['a|b'],
    ['a\\|b'],
    ['`rm -rf`'],
    ['``'],
    ['<img src=x onerror=alert(1)>'],
    ['<!-- corbel:plan -->'],
    ['line\nbreak | x |\n| y | z |'],
    ['\u202egnp.exe'],
    ['@team'],
    ['[x](https://evil.test)'],
  ])('%j makes no markup and no cell of its own', (name) => {
    const all = facts([resource(name, { verdict: 'would-change', reasons: [name], fields: [[name]] })], {
      leftOut: [{ why: name, count: 1, names: [name] }],
    })
    const report = importReport(all)
    const html = markdown.render(report)
    expect(html).not.toMatch(/<(?:img|!--)|evil\.test">/)
    expect(html.match(/<a /g)).toHaveLength(1)
    expect(cells(report).map((row) => row.length)).toEqual([4, 4, 3, 3])
    expect(report).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/)
  })

  test('secrets in them are hidden', () => {
    const report = importReport(facts([resource('x', { verdict: 'would-change', reasons: ['It is https://root:geheim@db/x.'] })]))
    expect(report).not.toContain('geheim')
  })

  test('whatever they are, tables keep their shape and the length is kept', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 50 }), text, (names, why) => {
        const report = importReport(
          facts(
            names.map((name) => resource(name, { verdict: 'would-change', reasons: [why], fields: [[name]] })),
            { leftOut: [{ why, count: 3, names }] },
          ),
        )
        expect(report.length).toBeLessThanOrEqual(20_000)
        for (const row of cells(report)) expect([3, 4]).toContain(row.length)
      }),
      { numRuns: 25 },
    )
  })
})

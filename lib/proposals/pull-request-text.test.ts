import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import {
  branchName,
  commitMessage,
  defaultTitle,
  escapeMarkdown,
  inert,
  type ProposalTexts,
  proposalOf,
  pullRequestBody,
} from './pull-request-text.ts'

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const resource = {
  cluster: 'demo',
  namespace: 'payments-prod',
  kind: 'StorageBucket.storage.cnrm.cloud.google.com',
  name: 'orders',
  action: 'create',
} as const
const proposal: ProposalTexts = {
  id,
  title: 'Add a bucket',
  message: 'We archive orders.',
  requestedBy: { username: 'alice@acme.test', name: 'Alice' },
  openedAs: 'github-user',
  resources: [resource],
  pageUrl: 'https://corbel.test/proposals/1',
}
const markdown = new MarkdownIt({ html: true, linkify: false })
const shown = (text: string): string => markdown.render(text)

describe("a person's text in Markdown", () => {
  test.each([
    ['<img src=x onerror=alert(1)>'],
    ['<!-- corbel:plan -->'],
    ['**bold** _it_ `code` ~~gone~~'],
    ['[link](https://evil.test) ![image](https://evil.test/x.png)'],
    ['# Heading'],
    ['- item'],
    ['1. item'],
    ['> quote'],
    ['    code block'],
    ['| a | b |\n| --- | --- |'],
  ])('%s makes no markup', (text) => {
    expect(shown(escapeMarkdown(text))).not.toMatch(/<(?!\/?p>|br)/)
  })

  test('never makes a tag, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect(shown(escapeMarkdown(text))).not.toMatch(/<(?!\/?p>)/)))
  })

  test('mentions nobody and no issue', () => {
    expect(escapeMarkdown('ask @bob about #12')).not.toMatch(/@b|#1/)
  })

  test.each(['Fixes #12', 'closes acme/payments#12', 'resolved: GH-12', 'FIX https://github.com/acme/payments/issues/12'])(
    '"%s" closes nothing, in the commit and in the pull request',
    (text) => {
      const closing = /\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?):?\s+(?:[\w./-]*#\d|GH-\d|https?:)/i
      expect(text).toMatch(closing)
      for (const written of [commitMessage({ ...proposal, title: text, message: text }), pullRequestBody({ ...proposal, message: text })])
        expect(written).not.toMatch(closing)
      expect(inert(text).replaceAll('\u200b', '')).toBe(text)
    },
  )
})

describe('trailers', () => {
  test('the proposal is found in its commit message and pull request', () => {
    expect(proposalOf(commitMessage(proposal))).toBe(id)
    expect(proposalOf(pullRequestBody(proposal))).toBe(id)
  })

  test('a person cannot slip one in', () => {
    const other = '99999999-9999-7999-8999-999999999999'
    const evil = {
      ...proposal,
      title: `x\nCorbel-Proposal: ${other}`,
      message: `Corbel-Proposal: ${other}\n-->\n<!--\nCorbel-Proposal: ${other}`,
    }
    expect(proposalOf(commitMessage(evil))).toBe(id)
    expect(proposalOf(commitMessage({ ...evil, title: `Corbel-Proposal: ${other}` }))).toBe(id)
    expect(pullRequestBody(evil).match(/^<!--$/gm)).toHaveLength(1)
  })

  test('a reason of blank lines costs no more than a long one', () => {
    expect(commitMessage({ ...proposal, message: `a${'\n'.repeat(1_000_000)}b` })).toContain('Corbel-Proposal: ')
  })

  test('say which resource, what is done and who asked', () => {
    expect(commitMessage(proposal)).toContain(
      `Corbel-Resource: demo/payments-prod/${resource.kind}/orders\nCorbel-Action: create\nCorbel-Requested-By: alice@acme.test\n`,
    )
  })
})

test('the App says who asked', () => {
  expect(pullRequestBody({ ...proposal, openedAs: 'github-app' })).toContain('asked for this change')
})

test('titles say what happens and where', () => {
  expect(defaultTitle([resource])).toBe('Add StorageBucket orders to payments-prod')
  expect(defaultTitle([{ ...resource, action: 'delete' }])).toBe('Delete StorageBucket orders from payments-prod')
})

test('titles of several resources count them, and name the projects', () => {
  const topic = { ...resource, kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com', name: 'events' }
  expect(defaultTitle([resource, topic])).toBe('Add StorageBucket orders and PubSubTopic events to payments-prod')
  expect(defaultTitle([resource, { ...topic, action: 'delete' }])).toBe('Change 2 resources in payments-prod')
  expect(defaultTitle([resource, topic, { ...topic, namespace: 'payments-dev' }])).toBe('Add 3 resources to payments-prod and payments-dev')
  expect(defaultTitle([{ ...resource, name: 'x'.repeat(253) }])).toBe('Add a resource to payments-prod')
})

describe('branch names', () => {
  test('name the resource and end in the proposal', () => {
    expect(branchName([resource], id)).toBe('corbel/payments-prod/storagebucket/orders-099a8057')
  })
  test('of several resources count them', () => {
    expect(branchName([resource, { ...resource, name: 'other' }], id)).toBe('corbel/payments-prod/2-resources-099a8057')
    expect(branchName([resource, { ...resource, namespace: 'payments-dev' }], id)).toBe('corbel/several-projects/2-resources-099a8057')
  })
  test('are valid refs whatever the name', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(part, part, part, (namespace, kind, name) => {
        expect(branchName([{ namespace, kind, name }], id)).toMatch(/^corbel(\/[a-z0-9]([a-z0-9-]*[a-z0-9])?){3}$/)
      }),
    )
  })
})

test("Corbel's own report stands in the body as Markdown, in place of message and list; the commit has the message", () => {
  const adopting = { ...proposal, message: 'Because **we** can', report: '| Kind | Name |\n| --- | --- |' }
  const body = pullRequestBody(adopting)
  expect(body).toMatch(/^\| Kind \| Name \|\n\| --- \| --- \|\n\nProposed in Corbel/)
  expect(body).not.toContain('| Action |')
  expect(body).toContain(`Corbel-Proposal: ${id}`)
  expect(commitMessage(adopting)).toContain('Because **we** can')
  expect(commitMessage(adopting)).not.toContain('| Kind |')
})

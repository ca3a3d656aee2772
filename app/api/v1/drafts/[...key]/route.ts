import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { Reply, route } from '#lib/api/route.ts'
import { deleteDraft, readDraft, saveDraft } from '#lib/drafts/drafts.ts'
import { Draft, DraftSave } from '#lib/proposals/contract.ts'

/** A key has slashes: /api/v1/drafts/create/demo/payments-prod/StorageBucket.storage.cnrm.cloud.google.com */
const params = z.object({
  key: z.array(z.string()).transform((parts, context) => {
    try {
      return parts.map(decodeURIComponent).join('/')
    } catch {
      context.addIssue({ code: 'custom', message: 'is no address of a draft' })
      return z.NEVER
    }
  }),
})

export const GET = route({
  summary: 'A draft with its text; no content where there is none',
  access: 'signed-in',
  params,
  reply: { 200: Draft, 204: null },
  handle: async ({ params: { key }, actor }) => (await readDraft(key, actor)) ?? new Reply(204),
})

export const PUT = route({
  summary: 'Save a draft on top of the revision it is based on',
  access: 'signed-in',
  params,
  body: DraftSave,
  reply: { 200: Draft, 409: Problem },
  audit: 'none: a draft is private to the person who types it',
  handle: ({ params: { key }, body, actor }) => saveDraft(key, body, actor),
})

export const DELETE = route({
  summary: 'Discard a draft',
  access: 'signed-in',
  params,
  reply: { 204: null },
  audit: 'none: a draft is private to the person who types it',
  handle: ({ params: { key }, actor }) => deleteDraft(key, actor),
})

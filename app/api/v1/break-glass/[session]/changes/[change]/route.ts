import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { readChange, saveChange } from '#lib/break-glass/change-editor.ts'
import { ChangeEdit, ChangeEditor } from '#lib/break-glass/contract.ts'

const params = z.object({ session: z.uuid(), change: z.uuid() })

export const GET = route({
  summary: 'An emergency change with the live object and what is typed so far, for the person whose session it is',
  access: 'signed-in',
  params,
  reply: { 200: ChangeEditor },
  handle: ({ params, actor }) => readChange(params.session, params.change, actor),
})

export const PUT = route({
  summary: 'Save what is typed of an emergency change',
  access: 'signed-in',
  params,
  body: ChangeEdit,
  audit: 'none: only a draft changes; the dry run and the write are told',
  reply: { 200: ChangeEditor },
  handle: ({ params, body, actor }) => saveChange(params.session, params.change, body, actor),
})

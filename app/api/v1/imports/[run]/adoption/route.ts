import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { lookAgain, readAdoption } from '#lib/imports/adoption-report.ts'
import { AdoptionReport } from '#lib/imports/contract.ts'

const params = z.object({ run: z.uuid() })

export const GET = route({
  summary: 'What became of an import after the merge, resource by resource, compared with the snapshot',
  access: 'signed-in',
  params,
  query: z.object({ cursor: z.string().max(5000).optional() }),
  reply: { 200: AdoptionReport },
  handle: ({ params: { run }, query, actor }) => readAdoption(run, query.cursor, actor),
})

export const POST = route({
  summary: 'Look again now at what became of an import',
  access: 'signed-in',
  params,
  reply: { 200: AdoptionReport },
  audit: 'none: it reads the cluster and the inventory and writes down what is there',
  handle: ({ params: { run }, actor }) => lookAgain(run, actor),
})

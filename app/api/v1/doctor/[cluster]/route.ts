import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { DoctorReport } from '#lib/doctor/contract.ts'
import { examineAsPerson } from '#lib/doctor/examine-as-person.ts'

export const GET = route({
  summary: 'Who else could do break-glass on a cluster, looked at with the own token of the person who asks',
  access: 'admin',
  params: z.object({ cluster: z.string() }),
  reply: { 200: DoctorReport },
  handle: ({ actor, params }) => examineAsPerson(actor, params.cluster),
})

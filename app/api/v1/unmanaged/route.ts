import { route } from '#lib/api/route.ts'
import { UnmanagedView } from '#lib/imports/contract.ts'
import { unmanagedView } from '#lib/imports/unmanaged-view.ts'

export const GET = route({
  summary: 'What is not in Git yet, by project: counts, trend and the oldest assets',
  access: 'signed-in',
  reply: { 200: UnmanagedView },
  handle: ({ actor }) => unmanagedView(actor),
})

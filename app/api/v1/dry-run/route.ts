import { route } from '#lib/api/route.ts'
import { DryRunRequest, DryRunResult } from '#lib/proposals/contract.ts'
import { dryRun } from '#lib/proposals/dry-run.ts'

export const POST = route({
  summary: "The API server's verdict on a manifest, with the person's own token",
  access: { on: 'project', verb: 'read' },
  body: DryRunRequest,
  reply: { 200: DryRunResult },
  audit: 'none: nothing is written; the cluster audits the dry run',
  handle: ({ body, actor }) => dryRun(body, actor),
})

import { route } from '#lib/api/route.ts'
import { TrendReport } from '#lib/break-glass/contract.ts'
import { trendReport } from '#lib/break-glass/trend-report.ts'

export const GET = route({
  summary: 'How break-glass was used in the last half year, in projects that one may read',
  access: 'signed-in',
  reply: { 200: TrendReport },
  handle: ({ actor }) => trendReport(actor),
})

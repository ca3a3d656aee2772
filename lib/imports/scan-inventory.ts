import { z } from 'zod'
import { defineJob } from '#lib/jobs/define-job.ts'

export const scanInventoryJob = defineJob('scan-inventory', z.object({ run: z.uuid() }), async () => {})

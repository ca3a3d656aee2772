/** Wire shape of the signed-in person. */
import { z } from 'zod'
import { demoWorld } from '#lib/config/settings.ts'
import { ClusterStatus } from '#lib/inventory/contract.ts'

export const Me = z.object({
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  groups: z.array(z.string()),
  teams: z.array(z.string()),
  admin: z.boolean(),
  auditor: z.boolean(),
  github: z.object({ login: z.string() }).nullable(),
  clusters: z.array(ClusterStatus),
  /** Present in the demo: what is simulated and what to try. */
  demo: demoWorld.nullable(),
})
export type Me = z.infer<typeof Me>

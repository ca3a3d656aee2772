/** Webhooks as GitHub sends them: the signature, and the little of each event that Corbel reads. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Whether a body was signed with the shared secret (`X-Hub-Signature-256`, docs.github.com/webhooks "Validating webhook deliveries"). */
export function verifyWebhook(secret: string, signature: string | null, body: string | Uint8Array): boolean {
  if (!signature?.startsWith('sha256=')) return false
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

const Repository = z.object({ full_name: z.string() })

export const PullRequestEvent = z.object({
  action: z.string(),
  repository: Repository,
  pull_request: z.object({ number: z.number().int(), head: z.object({ ref: z.string(), sha: z.string() }) }),
})

export const CheckRunEvent = z.object({
  action: z.string(),
  repository: Repository,
  check_run: z.object({ name: z.string(), head_sha: z.string() }),
})

export const PushEvent = z.object({ repository: Repository, ref: z.string(), after: z.string() })

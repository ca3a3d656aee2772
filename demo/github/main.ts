/**
 * Runs the GitHub stand-in as a process of its own: options as JSON in CORBEL_PART_OPTIONS, one line `ready <url>` on standard output, and
 * an end on SIGTERM, SIGINT or when standard input closes (the parent is gone).
 */
import { z } from 'zod'
import { startGitHub } from './start.ts'

const options = z.object({
  port: z.number().int().min(0).max(65_535).optional(),
  directory: z.string().min(1),
  app: z.object({ id: z.string(), publicKeyPem: z.string(), slug: z.string() }),
  oauth: z.object({ clientId: z.string(), clientSecret: z.string(), redirectUris: z.array(z.string()).optional() }),
  webhooks: z.array(z.object({ url: z.url(), secret: z.string(), events: z.array(z.string()).optional() })),
  people: z.array(z.object({ login: z.string(), name: z.string(), email: z.string() })),
})

const read = options.safeParse(JSON.parse(process.env.CORBEL_PART_OPTIONS ?? 'null'))
if (!read.success) {
  console.error(`CORBEL_PART_OPTIONS is not what the GitHub stand-in needs:\n${z.prettifyError(read.error)}`)
  process.exit(2)
}

const github = await startGitHub(read.data)
let ending = false
const end = () => {
  if (ending) return
  ending = true
  github.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end)
process.stdin.on('close', end)
process.stdin.resume()
console.log(`ready ${github.url}`)

import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ManifestVersion } from '#lib/proposals/contract.ts'
import { readManifestVersion } from '#lib/proposals/manifest-version.ts'

export const GET = route({
  summary: "An earlier version of a resource's manifest, by Git's id of the file",
  access: { on: 'project', verb: 'read' },
  params: z.object({
    cluster: z.string(),
    namespace: z.string(),
    kind: z.string(),
    name: z.string(),
    blob: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/),
  }),
  reply: { 200: ManifestVersion },
  handle: ({ params: { cluster, blob, ...resource } }) => readManifestVersion(cluster, resource, blob),
})

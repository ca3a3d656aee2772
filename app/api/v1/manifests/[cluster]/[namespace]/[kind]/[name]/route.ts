import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ManifestSource } from '#lib/proposals/contract.ts'
import { readManifestSource } from '#lib/proposals/project-manifests.ts'

export const GET = route({
  summary: "A resource's manifest as it stands in Git now",
  access: { on: 'project', verb: 'read' },
  params: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  reply: { 200: ManifestSource },
  handle: ({ params: { cluster, ...resource } }) => readManifestSource(cluster, resource),
})

import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ManifestSource } from '#lib/proposals/contract.ts'
import { readManifestOnto } from '#lib/proposals/manifest-onto.ts'
import { readManifestSource } from '#lib/proposals/manifest-source.ts'

export const GET = route({
  summary: "A resource's manifest as it stands in Git now, or on the branch of an open proposal (onto)",
  access: { on: 'project', verb: 'read' },
  params: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  query: z.object({ onto: z.uuid().optional() }),
  reply: { 200: ManifestSource },
  handle: ({ params: { cluster, ...resource }, query: { onto }, actor }) =>
    onto === undefined ? readManifestSource(cluster, resource) : readManifestOnto(cluster, resource, onto, actor),
})

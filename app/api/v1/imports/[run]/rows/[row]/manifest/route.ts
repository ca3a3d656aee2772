import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { ImportDetail, ImportManifestSave } from '#lib/imports/contract.ts'
import { restoreManifest, saveManifest } from '#lib/imports/edit-manifest.ts'

const params = z.object({ run: z.uuid(), row: z.uuid() })

export const PUT = route({
  summary: 'Keep a changed manifest of an import',
  access: 'signed-in',
  params,
  body: ImportManifestSave,
  reply: { 200: ImportDetail, 409: Problem },
  audit: 'none: it changes nothing but the import itself; what is proposed of it is recorded',
  handle: ({ params: { run, row }, body, actor }) => saveManifest(run, row, body, actor),
})

export const DELETE = route({
  summary: 'Go back to the manifest as it was converted',
  access: 'signed-in',
  params,
  query: z.object({ manifest: z.coerce.number().int().min(0) }),
  reply: { 200: ImportDetail, 409: Problem },
  audit: 'none: it changes nothing but the import itself; what is proposed of it is recorded',
  handle: ({ params: { run, row }, query, actor }) => restoreManifest(run, row, query.manifest, actor),
})

/** `corbel.yaml` at the root of a repository: which cluster its manifests describe, and where they are. */
import { z } from 'zod'
import { Invalid } from '#lib/errors.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'

const Folder = z
  .string()
  .min(1)
  .transform((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''))
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'must be a folder inside the repository')

const RepositoryFile = z.object({ cluster: z.string().min(1).optional(), manifests: z.array(Folder).min(1) })
export type RepositoryFile = z.infer<typeof RepositoryFile>

export const repositoryFileName = 'corbel.yaml'

/** Throws Invalid with the line and the next step. */
export function parseRepositoryFile(text: string): RepositoryFile {
  const file = parseManifestFile(text)
  const problem = file.problems.find(({ severity }) => severity === 'error')
  if (problem) throw new Invalid(`${repositoryFileName}, line ${problem.line}: ${problem.message}`)
  const read = RepositoryFile.safeParse(file.documents[0]?.value ?? {})
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw new Invalid(
    `${repositoryFileName}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}. It needs a list of folders, for instance "manifests: [infra]".`,
  )
}

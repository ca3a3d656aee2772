/** The same write with kubectl, to be copied into a shell (POSIX: sh, bash, zsh). It needs the session's gate to be open all the same. */
import { Invalid } from '#lib/errors.ts'
import { nameProblem, namespaceProblem } from '#lib/schema/metadata-rules.ts'
import { breakGlassManager } from './field-owners.ts'

export interface KubectlWrite {
  ref: { apiVersion: string; kind: string; name: string }
  namespace: string
  /** The patch's exact bytes; null deletes. */
  bytes: string | null
  dryRun: boolean
  /** The field manager the portal writes as. */
  fieldManager?: string
}

/** One line. Throws Invalid for names that are none: they would become an identity. */
export function kubectlEquivalent({ ref, namespace, bytes, dryRun, fieldManager = breakGlassManager }: KubectlWrite): string {
  const problem = namespaceProblem(namespace) ?? nameProblem(ref.name)
  if (problem) throw new Invalid(problem)
  const [version = '', group] = ref.apiVersion.split('/').reverse()
  const kind = group ? `${ref.kind}.${version}.${group}` : ref.kind
  return [
    'kubectl',
    `--as=system:serviceaccount:${namespace}:break-glass`,
    `--namespace=${namespace}`,
    bytes === null ? 'delete' : 'patch',
    `${kind}/${ref.name}`,
    ...(bytes === null ? [] : ['--type=json', `--field-manager=${fieldManager}`]),
    ...(dryRun ? ['--dry-run=server'] : []),
    ...(bytes === null ? [] : ['--patch', bytes]),
  ]
    .map(quoted)
    .join(' ')
}

/** A word as a POSIX shell reads it back letter by letter. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

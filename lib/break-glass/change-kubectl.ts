/** The same by hand: what one would type without Corbel. For reading and copying. Pure. */

interface Typed {
  plural: string
  group: string
  namespace: string
  name: string
  action: 'edit' | 'delete'
  account: string
  manager: string
  /** The patch as JSON, redacted: a hidden value must be filled in by whoever runs it. */
  patch: string
}

/** The commands for a dry run and for the real write. The gate takes them only while the session is open. */
export function kubectlCommands({ plural, group, namespace, name, action, account, manager, patch }: Typed): {
  dryRun: string
  apply: string
} {
  const target = [`${plural}.${group}`, name].map(quoted).join(' ')
  const who = `--namespace=${quoted(namespace)} --as=${quoted(account)}`
  const patching = `kubectl patch ${target} ${who} --type=json --field-manager=${quoted(manager)}`
  const body = `--patch=${quoted(patch)}`
  const deleting = action === 'delete' ? ` \\\n  && kubectl delete ${target} ${who} --wait=false` : ''
  return { dryRun: `${patching} --dry-run=server ${body}`, apply: `${patching} ${body}${deleting}` }
}

/** A word of a POSIX shell. */
const quoted = (text: string): string => (/^[\w.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** Commands to copy. Every name that comes from the cluster is quoted: whoever may name a binding must not be able to write a command. */
import type { Holder } from '#lib/rbac/evaluate.ts'
import type { Binding, Subject } from '#lib/rbac/policy.ts'

/** A word for a POSIX shell. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A text without what would move a terminal's cursor, break a line, or turn the direction of reading: names come from the cluster. */
export const legible = (text: string): string => text.replaceAll(new RegExp(hidden.source, 'gu'), '\u{fffd}')

/** A command line of these words; a comment where a word holds characters that a terminal acts upon or does not show. */
export const command = (...words: string[]): string =>
  words.some((word) => hidden.test(word))
    ? '# A name here holds characters that cannot be shown. Look at it with kubectl get --output json, and remove it by hand.'
    : words.map(quoted).join(' ')

const inNamespace = (namespace: string | undefined): string[] => (namespace === undefined ? [] : ['--namespace', namespace])

/** Takes one subject out of a binding; the whole binding where there is no other. */
export function withoutSubject(binding: Binding, subject: Subject): { commands: string; risk: string } {
  const { kind, name, namespace, subjects } = binding
  const index = subjects.indexOf(subject)
  const remove =
    subjects.length === 1
      ? command('kubectl', 'delete', kind.toLowerCase(), ...inNamespace(namespace), '--', name)
      : command(
          'kubectl',
          'patch',
          kind.toLowerCase(),
          ...inNamespace(namespace),
          '--type=json',
          `--patch=${JSON.stringify([
            { op: 'test', path: `/subjects/${index}/kind`, value: subject.kind },
            { op: 'test', path: `/subjects/${index}/name`, value: subject.name },
            { op: 'remove', path: `/subjects/${index}` },
          ])}`,
          '--',
          name,
        )
  return {
    commands: remove,
    risk: `${subjectWords(subject)} loses everything this binding gives. Where it comes from Git or a tool, change it there, or it comes back.`,
  }
}

/** Takes a ClusterRole out of those that another one collects. */
export const withoutLabels = (role: string, labels: string[]): { commands: string; risk: string } => ({
  commands: command('kubectl', 'label', 'clusterrole', role, ...labels.map((label) => `${label}-`)),
  risk: 'Everybody bound to the collecting role loses what this one adds. Whatever installed it may put the label back.',
})

/** A subject as people read it. */
export const subjectWords = ({ kind, name, namespace }: Subject): string =>
  kind === 'ServiceAccount' ? `Service account ${namespace}/${name}` : `${kind} ${name}`

/** By which objects somebody has a grant. */
export const throughWords = ({ grant: { binding, role } }: Holder): string => `${binding.kind} ${binding.name} to ${role.kind} ${role.name}`

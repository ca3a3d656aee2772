/** How entries of the audit log are told to people. */
import { pagePaths } from '#components/data/api-paths.ts'
import { counted, kindOf } from '#components/ui/format.ts'
import type { StateLook } from '#components/ui/states.ts'
import type { AuditRow } from '#lib/audit/contract.ts'
import type { AuditOutcome } from '#lib/audit-format/audit-entry.ts'

export const outcomeLooks: Record<AuditOutcome, StateLook> = {
  intent: { tone: 'blue', word: 'Intended', icon: 'progressing' },
  succeeded: { tone: 'green', word: 'Done', icon: 'ready' },
  denied: { tone: 'red', word: 'Denied', icon: 'failed' },
  failed: { tone: 'red', word: 'Failed', icon: 'failed' },
  unknown: { tone: 'amber', word: 'Not known', icon: 'unknown' },
}

/** `proposal.submitted` → "Proposal submitted". */
export function actionWords(action: string): string {
  const words = action.replaceAll(/[.\-_]+/g, ' ').trim()
  return words === '' ? action : `${words[0]?.toUpperCase()}${words.slice(1)}`
}

const textOf = (target: AuditRow['target'], key: string): string => {
  const value = target[key]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** What an entry is about, in a line, and its page where there is one. */
export function targetOf({ target }: Pick<AuditRow, 'target'>): { text: string; href: string | null } {
  const at = (key: string): string => textOf(target, key)
  const [cluster, namespace, kind, name] = [at('cluster'), at('namespace'), at('kind'), at('name')]
  if (namespace && kind && name)
    return {
      text: `${namespace} / ${kindOf(kind)} / ${name}`,
      href: cluster && kind.includes('.') ? pagePaths.resource({ cluster, namespace, kind, name }) : null,
    }
  if (at('proposal')) {
    const pull = at('pullNumber')
    const several = Array.isArray(target.resources) ? counted(target.resources.length, 'resource') : 'a proposal'
    return {
      text: at('repository') ? `${at('repository')}${pull ? ` #${pull}` : ''}` : several,
      href: pagePaths.proposal(at('proposal')),
    }
  }
  const rest = [namespace, kind && kindOf(kind), name || at('repository') || at('id') || at('key')].filter((part) => part !== '')
  return { text: rest.join(' / '), href: null }
}

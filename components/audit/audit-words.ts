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

/** Actions whose code would read badly. An outcome stands beside them, so that none says that it was done. */
const actions: Readonly<Record<string, string>> = {
  'audit.exported': 'Audit log exported',
  'audit.verification-requested': 'Verification of the audit log requested',
  'break-glass.apply': 'Break-glass change',
  'break-glass.approved': 'Break-glass session approved',
  'break-glass.closed': 'Break-glass session closed',
  'break-glass.ended': 'Break-glass session ended',
  'break-glass.evidence-taken': 'Break-glass evidence downloaded',
  'break-glass.expired': 'Break-glass session expired',
  'break-glass.handed-back': 'Break-glass change handed back to Git',
  'break-glass.opened': 'Break-glass session opened',
  'break-glass.paused': 'Controller paused in break-glass',
  'break-glass.refused': 'Break-glass session refused',
  'break-glass.requested': 'Break-glass session requested',
  'break-glass.residue-checked': 'Break-glass: what is left',
  'break-glass.resumed': 'Controller resumed after break-glass',
  'break-glass.reviewed': 'Break-glass session reviewed',
  'github.linked': 'GitHub account linked',
  'github.unlinked': 'GitHub account unlinked',
  'import.proposed': 'Pull request of an import',
  'login.ended': 'Signed out',
  'login.started': 'Signed in',
  'proposal.applying': 'Proposal being applied',
  'proposal.closed': 'Proposal closed without a merge',
  'proposal.extended': 'Commit added to a proposal',
  'proposal.opened': 'Pull request opened',
}

/** `proposal.submitted` → "Proposal submitted". */
export function actionWords(action: string): string {
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (known !== undefined) return known
  // "break-glass" is spelled with its hyphen everywhere
  const spelled = action
    .replaceAll(/[.\-_]+/g, ' ')
    .trim()
    .replace(/^break glass /, 'break-glass ')
  return spelled === '' ? action : `${spelled[0]?.toUpperCase()}${spelled.slice(1)}`
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
  const place = namespace || (cluster && `cluster ${cluster}`)
  if (at('import') && place)
    return {
      text: `${place}, ${at('proposal') ? 'a proposal of the import' : 'the import'}`,
      href: at('proposal') ? pagePaths.proposal(at('proposal')) : null,
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

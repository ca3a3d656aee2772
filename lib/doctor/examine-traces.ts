/** What is there already: gates that stand open, things that run as a break-glass account, tokens of it, names that Config Connector trusts, and what changes objects on their way in. */
import { itemsOf } from '#lib/cluster/kubernetes-object.ts'
import { isId } from '#lib/ids.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import type { Finding } from './contract.ts'
import { command } from './fixes.ts'
import { accountName, type Observed, sessionPrefix } from './observed.ts'

const common = { powers: [], accepted: null }
const connectorName = 'cnrm-controller-manager'

export function examineTraces(observed: Observed): Finding[] {
  return [...gates(observed), ...uses(observed), ...connectorNames(observed), ...mutators(observed)]
}

type Verdict = 'foreign' | 'unasked' | 'late' | 'open'

/** What is to be said of the gates of one project that are alike. */
const gateWords: Record<Verdict, { severity: Finding['severity']; says: string; why: string }> = {
  foreign: {
    severity: 'warning',
    says: 'written in no form Corbel writes',
    why: 'Somebody else put it there. The policy may take it for open.',
  },
  unasked: {
    severity: 'critical',
    says: 'open without a session',
    why: 'Corbel knows no open session of this id here: break-glass works with it, and nobody asked for it.',
  },
  late: {
    severity: 'critical',
    says: 'open past its end',
    why: 'Policies know no clock: a gate stays open until its annotation is taken away, and nobody did.',
  },
  open: {
    severity: 'note',
    says: 'open',
    why: 'That is break-glass at work. Whether a session stands behind it, the page of the portal tells.',
  },
}

/** An open gate is `<tier> <person> <end> <reason>` under a session's id. */
function gates({ projects, openSessions, now }: Observed): Finding[] {
  return (projects ?? []).flatMap(({ namespace, sessions }) => {
    const alike = new Map<Verdict, { id: string; annotation: string; told: string }[]>()
    for (const { id, value } of sessions) {
      const [, person, end] = /^(?:ordinary|approved|drill) (\S+) (\S+)(?: |$)/.exec(value) ?? []
      const until = Date.parse(end ?? '')
      const verdict = Number.isNaN(until)
        ? 'foreign'
        : openSessions && !openSessions.has(`${namespace}/${id}`)
          ? 'unasked'
          : until < now
            ? 'late'
            : 'open'
      const told = verdict === 'foreign' ? '' : `${person}, until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`
      alike.set(verdict, [...(alike.get(verdict) ?? []), { id, annotation: `${sessionPrefix}${id}`, told }])
    }
    return [...alike].map(([verdict, found]): Finding => {
      const annotations = found.map(({ annotation }) => annotation)
      const { severity, says, why } = gateWords[verdict]
      const [one] = annotations
      // whose it is and until when, as the gate itself says
      const behind = verdict === 'foreign' || found.length > 1 ? '' : ` It names ${found[0]?.told}.`
      return {
        ...common,
        id: `gate ${namespace} ${verdict}`,
        severity,
        title: annotations.length === 1 ? `A gate of ${namespace} is ${says}` : `${annotations.length} gates of ${namespace} are ${says}`,
        subject: null,
        namespace,
        through: `Namespace ${namespace}${annotations.length === 1 ? `, annotation ${one}` : ''}`,
        ...(verdict === 'open' && openSessions && found.length === 1 && found[0] && isId(found[0].id) ? { session: found[0].id } : {}),
        why: `${verdict === 'open' && openSessions ? 'A session of Corbel stands behind it.' : why}${behind}`,
        powers:
          found.length === 1 ? [] : found.map(({ annotation, told }) => (verdict === 'foreign' ? annotation : `${annotation}: ${told}`)),
        fix:
          verdict === 'open'
            ? null
            : {
                commands: command(
                  'kubectl',
                  'annotate',
                  'namespace',
                  '--',
                  namespace,
                  ...annotations.map((annotation) => `${annotation}-`),
                ),
                risk: 'Whoever works through it is refused from the next request on.',
              },
      }
    })
  })
}

/** Whatever runs as the account, or holds its token, acts without a person. */
function uses({ pods, tokenSecrets }: Observed): Finding[] {
  return [
    ...(pods ?? []).map(
      ({ namespace, name }): Finding => ({
        ...common,
        id: `pod ${namespace} ${name}`,
        severity: 'critical',
        title: `Pod ${name} runs as the break-glass account of ${namespace}`,
        subject: `Service account ${namespace}/${accountName}`,
        namespace,
        through: `Pod ${name}`,
        why: 'What it does with the account carries no person’s name, and whoever may enter the pod has the account.',
        fix: {
          commands: command('kubectl', 'delete', 'pod', '--namespace', namespace, '--', name),
          risk: 'The pod ends; what started it may start another one. Give that another account first.',
        },
      }),
    ),
    ...(tokenSecrets ?? []).map(
      ({ namespace, name }): Finding => ({
        ...common,
        id: `secret ${namespace} ${name}`,
        severity: 'critical',
        title: `Secret ${name} holds a token of the break-glass account of ${namespace}`,
        subject: `Service account ${namespace}/${accountName}`,
        namespace,
        through: `Secret ${name}`,
        why: 'Whoever may read Secrets there can act as the account without a name, and the token never ends.',
        fix: {
          commands: command('kubectl', 'delete', 'secret', '--namespace', namespace, '--', name),
          risk: 'The token stops working at once. That is what you want; find out who used it.',
        },
      }),
    ),
  ]
}

function connectorNames({ accounts }: Observed): Finding[] {
  return (accounts ?? [])
    .filter(({ namespace, name }) => name.startsWith(connectorName) && namespace !== 'cnrm-system')
    .map(({ namespace, name }) => ({
      ...common,
      id: `connector ${namespace} ${name}`,
      severity: 'critical',
      title: `Service account ${namespace}/${name} is called like Config Connector`,
      subject: `Service account ${namespace}/${name}`,
      namespace,
      through: `ServiceAccount ${name}`,
      why: 'Config Connector lets accounts of that name change what is immutable, in whatever namespace they are.',
      fix: {
        commands: command('kubectl', 'delete', 'serviceaccount', '--namespace', namespace, '--', name),
        risk: 'What runs as it loses its rights.',
      },
    }))
}

/** Told once, as a list: Config Connector and many others have them rightly. */
function mutators({ mutating }: Observed): Finding[] {
  const names = (mutating ?? []).filter(meetsUs).map((object) => `${textAt(object, 'kind')} ${textAt(object, 'metadata', 'name')}`)
  if (names.length === 0) return []
  return [
    {
      ...common,
      id: 'mutators',
      severity: 'note',
      title:
        names.length === 1
          ? `${names[0]} may change objects on their way in`
          : `${names.length} webhooks or policies may change objects on their way in`,
      subject: null,
      namespace: null,
      through: names.length === 1 ? (names[0] ?? null) : null,
      why: 'Policies judge what comes out of them: whoever runs them could open a gate or name a session in the writes of others.',
      powers: names.length > 1 ? names : [],
      fix: null,
    },
  ]
}

/** Whether it is about namespaces, or about everything. */
function meetsUs(object: JsonObject): boolean {
  const places = [
    ...listAt(object, 'webhooks').flatMap((webhook) => listAt(webhook, 'rules')),
    ...listAt(valueAt(object, ['spec', 'matchConstraints']), 'resourceRules'),
  ]
  return places.some((rule) => {
    const groups = valueAt(rule, ['apiGroups'])
    const resources = valueAt(rule, ['resources'])
    const has = (list: unknown, ...words: string[]) => Array.isArray(list) && list.some((one) => words.includes(String(one)))
    return has(groups, '*', '') && has(resources, '*', '*/*', 'namespaces')
  })
}

const listAt = (value: Json | undefined, key: string): JsonObject[] => itemsOf(valueAt(value, [key])).filter(isObject)

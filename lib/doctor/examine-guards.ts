/**
 * Whether the admission policies stand as deploy/kubernetes ships them: there, refusing (Deny, failurePolicy Fail), for everything they are
 * about, and asking what they should. More conditions to pass are fine; fewer, others, or exceptions are told. Layout of expressions does not
 * count.
 */
import { itemsOf } from '#lib/cluster/kubernetes-object.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import type { Finding } from './contract.ts'
import { command } from './fixes.ts'
import { isConstrained, type Observed } from './observed.ts'
import type { Guards } from './powers.ts'
import { type ShippedGuard, shippedGuards } from './shipped-guards.ts'

const gate = 'corbel-break-glass-gate'
const guard = 'corbel-break-glass-guard'
const people = 'corbel-people-dry-run-only'

/** What is lost where one of them does not stand. */
const losses: Record<string, { severity: Finding['severity']; why: string }> = {
  [gate]: {
    severity: 'critical',
    why: 'Without it, whoever may act as a break-glass account does so whenever they like, with no reason and no session.',
  },
  [guard]: {
    severity: 'critical',
    why: 'Without it, gates can be opened by hand and accounts taken by tokens or pods, by whoever has the rights.',
  },
  [people]: {
    severity: 'critical',
    why: 'Without it, people write with the rights that are meant for dry runs, past Git and past break-glass.',
  },
  'corbel-portal-confined': { severity: 'critical', why: "Without it, the portal's account may change every namespace in every way." },
  'corbel-config-connector-names': {
    severity: 'warning',
    why: 'Without it, an account called like Config Connector’s may change what is immutable.',
  },
}

/** Which guards hold, for the judgement of rights; nothing is taken for granted where policies could not be read. */
export function standingGuards({ admission, prefix }: Observed): Guards {
  const stands = (name: string) =>
    admission !== undefined && shippedGuards.some((shipped) => shipped.name === name && faultsOf(shipped, admission, prefix).length === 0)
  return { guard: stands(guard), peopleDryRun: stands(people) }
}

/** A finding for each policy that does not stand as shipped. */
export function examineGuards(observed: Observed): Finding[] {
  const { admission, prefix } = observed
  if (!admission) return []
  return shippedGuards.flatMap((shipped): Finding[] => {
    const faults = faultsOf(shipped, admission, prefix)
    if (faults.length === 0) return []
    const loss = losses[shipped.name] ?? { severity: 'warning', why: 'A guard of the shipped set-up is missing.' }
    return [
      {
        id: `policy ${shipped.name}`,
        severity: loss.severity,
        title:
          faults.length === 1 && faults[0] === missing
            ? `The policy ${shipped.name} is missing`
            : `The policy ${shipped.name} does not stand as shipped`,
        subject: null,
        namespace: null,
        through: `ValidatingAdmissionPolicy ${shipped.name}`,
        why: loss.why,
        powers: faults[0] === missing ? [] : faults,
        accepted: null,
        fix: {
          commands: command('kubectl', 'apply', '--server-side', '--force-conflicts', '-f', `deploy/kubernetes/${shipped.file}`),
          risk:
            shipped.name === people
              ? 'From then on people write by dry run only; changes they make by hand today are refused.'
              : 'Overwrites what was changed in it by hand. It concerns only the accounts and objects it names.',
        },
      },
    ]
  })
}

const missing = 'It is not there.'

function faultsOf(shipped: ShippedGuard, { policies, bindings }: NonNullable<Observed['admission']>, prefix: string): string[] {
  const found = policies.find((policy) => textAt(policy, 'metadata', 'name') === shipped.name)
  if (!found) return [missing]
  return [...specFaults(shipped.spec, found.spec, prefix), ...bindingFaults(shipped.name, bindings)]
}

function specFaults(shipped: Json, found: Json | undefined, prefix: string): string[] {
  const faults: string[] = []
  if (textAt(found, 'failurePolicy') === 'Ignore') faults.push('Its failurePolicy is Ignore: what it cannot judge is let through.')
  if (valueAt(found, ['paramKind']) !== undefined) faults.push('It takes parameters, and the shipped one takes none.')
  faults.push(...scopeFaults(valueAt(shipped, ['matchConstraints']), valueAt(found, ['matchConstraints'])))
  const before = namedExpressions(valueAt(shipped, ['matchConditions']), prefix)
  const after = namedExpressions(valueAt(found, ['matchConditions']), prefix)
  for (const [name] of after) if (!before.has(name)) faults.push(`It has a match condition more, "${name}": requests without it pass.`)
  for (const [name, expression] of before)
    if (after.get(name) !== undefined && after.get(name) !== expression) faults.push(`Its match condition "${name}" asks something else.`)
  const variables = namedExpressions(valueAt(found, ['variables']), prefix)
  for (const [name, expression] of namedExpressions(valueAt(shipped, ['variables']), prefix)) {
    const theirs = variables.get(name)
    if (theirs !== expression && !(name === 'needsApproval' && theirs !== undefined && isLongerList(expression, theirs)))
      faults.push(theirs === undefined ? `Its variable "${name}" is missing.` : `Its variable "${name}" means something else.`)
  }
  const validations = expressionsIn(valueAt(found, ['validations']), prefix)
  for (const expression of expressionsIn(valueAt(shipped, ['validations']), prefix))
    if (!validations.includes(expression)) faults.push(`It no longer asks: ${expression}`)
  return faults
}

/** What a policy or binding is about must not be less than shipped. */
function scopeFaults(shipped: Json | undefined, found: Json | undefined): string[] {
  const faults: string[] = []
  for (const selector of ['namespaceSelector', 'objectSelector'] as const) {
    const chosen = valueAt(found, [selector])
    if (isObject(chosen) && Object.keys(chosen).length > 0) faults.push(`It is limited by a ${selector}.`)
  }
  if (itemsOf(valueAt(found, ['excludeResourceRules'])).length > 0) faults.push('It leaves out some resources (excludeResourceRules).')
  if (textAt(found, 'matchPolicy') === 'Exact') faults.push('Its matchPolicy is Exact: other versions of a resource pass.')
  const theirs = itemsOf(valueAt(found, ['resourceRules'])).filter(isObject)
  for (const rule of itemsOf(valueAt(shipped, ['resourceRules'])).filter(isObject))
    if (!theirs.some((one) => coversRule(one, rule))) faults.push(`It is no longer about ${texts(rule.resources).join(', ')}.`)
  return faults
}

function coversRule(wide: JsonObject, narrow: JsonObject): boolean {
  const scope = textAt(wide, 'scope') ?? '*'
  if (scope !== '*' || itemsOf(wide.resourceNames).length > 0) return false
  return (['apiGroups', 'apiVersions', 'operations', 'resources'] as const).every((part) => {
    const has = texts(wide[part])
    return texts(narrow[part]).every((one) => has.includes(one) || has.includes(part === 'resources' ? '*/*' : '*'))
  })
}

function bindingFaults(name: string, bindings: JsonObject[]): string[] {
  const bound = bindings.filter((binding) => textAt(binding, 'spec', 'policyName') === name)
  if (bound.length === 0) return ['Nothing binds it (ValidatingAdmissionPolicyBinding), so it is never asked.']
  const faults = bound.map((binding) => {
    const actions = texts(valueAt(binding, ['spec', 'validationActions']))
    const limits = valueAt(binding, ['spec', 'matchResources'])
    const rules = itemsOf(valueAt(limits, ['resourceRules']))
    return [
      ...(actions.includes('Deny')
        ? []
        : [`Its binding does not refuse: validationActions is ${actions.join(', ') || 'empty'}, without Deny.`]),
      ...(valueAt(binding, ['spec', 'paramRef']) === undefined ? [] : ['Its binding takes parameters.']),
      ...scopeFaults(undefined, limits),
      ...(rules.length > 0 ? ['Its binding is limited to some resources.'] : []),
    ]
  })
  // one binding that refuses everything is enough, whatever others do beside it
  return faults.some((one) => one.length === 0) ? [] : (faults[0] ?? [])
}

function namedExpressions(list: Json | undefined, prefix: string): Map<string, string> {
  return new Map(itemsOf(list).map((item) => [textAt(item, 'name') ?? '', plain(textAt(item, 'expression') ?? '', prefix)]))
}

const expressionsIn = (list: Json | undefined, prefix: string): string[] =>
  itemsOf(list).map((item) => plain(textAt(item, 'expression') ?? '', prefix))

/** An expression without its layout; the prefix of people's names, which each cluster has its own of, as one word. */
function plain(expression: string, prefix: string): string {
  const parts = expression.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\s+|[^'"\s]+/g) ?? []
  const text = parts
    .map((part) => (/^\s/.test(part) ? ' ' : part))
    .join('')
    .trim()
  return text.replaceAll(`startsWith('${prefix}')`, 'startsWith(PEOPLE)').replaceAll("startsWith('oidc:')", 'startsWith(PEOPLE)')
}

/** Whether `theirs` is `shipped` with more groups in its list. */
function isLongerList(shipped: string, theirs: string): boolean {
  const list = /\[[^\]]*\]/
  const groups = (text: string): string[] => list.exec(text)?.[0].match(/'[^']*'/g) ?? []
  return shipped.replace(list, '') === theirs.replace(list, '') && groups(shipped).every((group) => groups(theirs).includes(group))
}

/** An authorizer that allows what nobody was given gives everybody everything that is asked by verb. */
export function examineAuthorizer(observed: Observed): Finding[] {
  const { permissive } = observed
  if (!permissive?.invented && !permissive?.impersonation) return []
  return [
    {
      id: 'authorizer',
      severity: 'critical',
      title: permissive.invented ? 'The cluster allows verbs that do not exist' : 'The cluster lets anybody act as a break-glass account',
      subject: 'Group system:authenticated',
      namespace: null,
      through: 'an authorizer beside RBAC (a webhook, or the access control of the cloud)',
      why: `A user that does not exist was allowed ${permissive.invented ? 'a verb made up for this question' : 'to act as a break-glass account'}, which no role gives; ${
        isConstrained(observed)
          ? 'constrained impersonation is open to everybody then.'
          : 'after an upgrade to 1.36, impersonation is open to everybody.'
      }`,
      powers: [],
      accepted: null,
      fix: {
        commands:
          '# Let the authorizer answer "no opinion" to verbs and groups it does not know\n# (--authorization-config of kube-apiserver, or its webhook).',
        risk: 'People who rely on the wide answer lose what no role gives them.',
      },
    },
  ]
}

const texts = (value: Json | undefined): string[] => itemsOf(value).filter((item) => typeof item === 'string')

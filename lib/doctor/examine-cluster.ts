/** All checks on what was seen, worst first. Pure: the same sight gives the same findings. */
import type { Finding } from './contract.ts'
import { severities } from './contract.ts'
import { examineAuthorizer, examineGuards, standingGuards } from './examine-guards.ts'
import { examineRights } from './examine-rights.ts'
import { examineSetUp } from './examine-set-up.ts'
import { examineTraces } from './examine-traces.ts'
import { legible } from './fixes.ts'
import type { Observed } from './observed.ts'

export function examineCluster(observed: Observed): Finding[] {
  const findings = [
    ...examineTraces(observed),
    ...examineAuthorizer(observed),
    ...examineGuards(observed),
    ...examineRights(observed, standingGuards(observed)),
    ...examineSetUp(observed),
  ]
  return severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity).map(legibly))
}

const legibly = (finding: Finding): Finding => ({
  ...finding,
  id: legible(finding.id),
  title: legible(finding.title),
  subject: finding.subject === null ? null : legible(finding.subject),
  through: finding.through === null ? null : legible(finding.through),
  why: legible(finding.why),
  powers: finding.powers.map(legible),
  accepted: finding.accepted === null ? null : legible(finding.accepted),
  fix: finding.fix === null ? null : { ...finding.fix, risk: legible(finding.fix.risk) },
})

/** What no API of Kubernetes tells, and where to look instead. */
export const limits = [
  'Who is in a group: ask the identity provider.',
  'Whether the audit policy records writes to infrastructure with their content: the API server does not tell it. Compare its --audit-policy-file with deploy/kubernetes/control-plane/audit-policy.yaml; managed clusters keep a log of their own.',
  'Rights that come from elsewhere than RBAC, such as Google Cloud IAM on GKE (container.clusterRoles, container.admin): look there. Only whether everybody has them is checked.',
  'Who can reach etcd, the machines of the control plane, or their certificates.',
]

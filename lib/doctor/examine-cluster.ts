/** All checks on what was seen, worst first. Pure: the same sight gives the same findings. */
import type { Finding } from './contract.ts'
import { severities } from './contract.ts'
import { examineAuthorizer, examineGuards, standingGuards } from './examine-guards.ts'
import { examineRights } from './examine-rights.ts'
import { examineSetUp } from './examine-set-up.ts'
import { examineTraces } from './examine-traces.ts'
import type { Observed } from './observed.ts'

export function examineCluster(observed: Observed): Finding[] {
  const findings = [
    ...examineTraces(observed),
    ...examineAuthorizer(observed),
    ...examineGuards(observed),
    ...examineRights(observed, standingGuards(observed)),
    ...examineSetUp(observed),
  ]
  return severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity))
}

/** What no API of Kubernetes tells, and where to look instead. */
export const limits = [
  'Who is in a group: ask the identity provider.',
  'Whether the audit policy records writes to infrastructure with their content: the API server does not tell it. Compare its --audit-policy-file with deploy/kubernetes/control-plane/audit-policy.yaml; managed clusters keep a log of their own.',
  'Rights that come from elsewhere than RBAC, such as Google Cloud IAM on GKE (container.clusterRoles, container.admin): look there. Only whether everybody has them is checked.',
  'Who can reach etcd, the machines of the control plane, or their certificates.',
]

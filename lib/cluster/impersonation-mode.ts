/** How a cluster lets a person act as a break-glass account. */
import { breakGlassAccount, checkedNamespace } from './break-glass-calls.ts'
import type { ClusterCalls } from './client.ts'

/**
 * `constrained`: as this account, for the verbs and kinds of a role (KEP-5284, on by default since Kubernetes 1.36). `legacy`: for whatever the
 * account may do. `none`: not at all.
 */
export type ImpersonationMode = 'constrained' | 'legacy' | 'none'

/** Asked as the person. A right to constrained impersonation means nothing on a cluster too old for it. Throws the errors of lib/cluster. */
export async function impersonationModeOf(calls: ClusterCalls, namespace: string): Promise<ImpersonationMode> {
  const account = { resource: 'serviceaccounts', namespace: checkedNamespace(namespace), name: breakGlassAccount }
  const [version, constrained, legacy] = await Promise.all([
    calls.version(),
    calls.accessReview({ verb: 'impersonate:serviceaccount', group: 'authentication.k8s.io', ...account }),
    calls.accessReview({ verb: 'impersonate', group: '', ...account }),
  ])
  if (constrained.allowed && knowsConstraints(version)) return 'constrained'
  return legacy.allowed ? 'legacy' : 'none'
}

/** Whether a version such as `v1.36.2-gke.1` is 1.36 or newer. */
export function knowsConstraints(version: string): boolean {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 36)
}

/** An offered kind as tests need one. */
import type { KindSummary } from './contract.ts'

export const kindForTests = (kind: string, group: string, more: Partial<KindSummary> = {}): KindSummary => ({
  cluster: 'demo',
  key: `${kind}.${group}`,
  kind,
  group,
  version: 'v1',
  namespaced: true,
  service: '',
  summary: '',
  count: 0,
  hash: '',
  state: 'synced',
  message: null,
  ...more,
})

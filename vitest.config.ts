import { defineConfig } from 'vitest/config'

// `unit` needs nothing but Node. `system` needs the control plane, PostgreSQL and git, which scripts/test.ts starts and names in the
// environment (see docs/ARCHITECTURE.md, "Tests"); its files share one cluster, so they run one after the other. `apart` are system tests
// that touch no shared cluster, only a database of their own and what they start themselves, or of the cluster a throwaway project that nobody
// else looks at: they run beside the others.
const apart = [
  'cli/audit-command',
  'demo/cloud/cloud-assets',
  'demo/control-plane/*',
  'demo/postgres/*',
  'lib/{api,assets,audit,break-glass,cluster-audit,database,event-sinks,drafts,identity,jobs,mapping}/*',
  'lib/imports/scan-inventory',
  'lib/inventory/store-changes',
  'lib/schema/all-kinds',
].map((name) => `${name}.system.test.ts`)

const setupFiles = ['scripts/daily-seed.ts']
// limits against hanging, not measurements: machines are busy
const expecting = { poll: { timeout: 30_000 } }
const oneByOne = {
  setupFiles,
  expect: expecting,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  fileParallelism: false,
  pool: 'forks',
} as const
export default defineConfig({
  test: {
    projects: [
      {
        ssr: { resolve: { conditions: ['react-server', 'module', 'node', 'development|production'] } },
        test: {
          name: 'unit',
          environment: 'node',
          setupFiles,
          expect: expecting,
          testTimeout: 60_000,
          include: ['{lib,cli,worker,demo,scripts,components,app,bench}/**/*.test.ts'],
          exclude: ['**/*.system.test.ts', '**/node_modules/**'],
        },
      },
      {
        ssr: { resolve: { conditions: ['react-server', 'module', 'node', 'development|production'] } },
        test: {
          name: 'system',
          environment: 'node',
          include: ['{lib,cli,worker,demo,scripts,app}/**/*.system.test.ts'],
          exclude: [...apart, '**/node_modules/**'],
          ...oneByOne,
        },
      },
      {
        ssr: { resolve: { conditions: ['react-server', 'module', 'node', 'development|production'] } },
        test: { name: 'apart', environment: 'node', include: apart, ...oneByOne },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config'

// Two projects: `unit` needs nothing but Node; `system` needs the control plane, PostgreSQL and git, which
// scripts/test.ts starts and names in the environment (see docs/ARCHITECTURE.md, "Tests").
export default defineConfig({
  test: {
    projects: [
      {
        ssr: { resolve: { conditions: ['react-server', 'module', 'node', 'development|production'] } },
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: 60_000, // a limit against hanging, not a measurement: machines are busy
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
          exclude: ['**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
    ],
  },
})

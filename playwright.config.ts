import { defineConfig } from '@playwright/test'

// scripts/test.ts starts the demo and a Chromium and names them here; for one journey by hand, start the demo and give E2E_URL.
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.E2E_URL ?? 'http://localhost:3000',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    // recording each journey takes a fifth of its time; a failure comes with a snapshot of the page, and `--trace on` records one by hand
    trace: 'off',
    launchOptions: {
      ...(process.env.CHROMIUM && { executablePath: process.env.CHROMIUM }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})

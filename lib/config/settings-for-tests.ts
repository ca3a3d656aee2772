/** For tests: the settings that every configuration must have, because it is read as a whole. Nothing behind them answers. */

/** The settings, those of the test itself last. `DATABASE_URL` is the test's own. Files are named that exist; this one says PRIVATE KEY. */
export const settingsForTests = (own: Record<string, string> & { DATABASE_URL: string }): Record<string, string> => ({
  CORBEL_URL: 'http://corbel.test:8080',
  CORBEL_SECRET: 'a secret of more than thirty-two letters',
  CORBEL_LOG_LEVEL: 'error',
  OIDC_ISSUER: 'http://127.0.0.1:1',
  OIDC_CLIENT_ID: 'corbel',
  OIDC_CLIENT_SECRET: 'corbel',
  CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: import.meta.filename }]),
  GITHUB_APP_ID: '1',
  GITHUB_APP_PRIVATE_KEY_FILE: import.meta.filename,
  GITHUB_WEBHOOK_SECRET: 'x',
  GITHUB_CLIENT_ID: 'x',
  GITHUB_CLIENT_SECRET: 'x',
  ...own,
})

import { describe, expect, test } from 'vitest'
import { readSettings, settings } from '#lib/config/settings.ts'

const good = {
  CORBEL_URL: 'https://corbel.acme.test/',
  CORBEL_SECRET: 'x'.repeat(32),
  DATABASE_URL: 'postgresql://corbel@db.acme.test/corbel',
  OIDC_ISSUER: 'https://login.acme.test',
  OIDC_CLIENT_ID: 'corbel',
  OIDC_CLIENT_SECRET: 'secret',
  CORBEL_CLUSTERS: '[{"name":"infra","kubeconfig":"/etc/corbel/infra"}]',
  GITHUB_APP_ID: '1',
  GITHUB_APP_PRIVATE_KEY_FILE: '/etc/corbel/app.pem',
  GITHUB_WEBHOOK_SECRET: 'hook',
  GITHUB_CLIENT_ID: 'Iv1.x',
  GITHUB_CLIENT_SECRET: 'client',
}

describe('settings', () => {
  test('a complete environment is read, slashes at the end of addresses dropped and lists split', () => {
    const result = readSettings({ ...good, CORBEL_KIND_PATTERNS: '*.cnrm.cloud.google.com, caching.corbel.dev' })
    expect(result).toMatchObject({
      values: {
        CORBEL_URL: 'https://corbel.acme.test',
        CORBEL_KIND_PATTERNS: ['*.cnrm.cloud.google.com', 'caching.corbel.dev'],
        GITHUB_URL: 'https://github.com',
      },
    })
  })

  test('the inventory is off until it is set up, and may be a stand-in on this machine', () => {
    expect(readSettings(good)).toMatchObject({ values: { CORBEL_ASSET_INVENTORY: 'off', CORBEL_ASSET_LISTS_PER_MINUTE: 100 } })
    const local = { ...good, CORBEL_ASSET_INVENTORY: 'google', CORBEL_ASSET_INVENTORY_URL: 'http://127.0.0.1:4000/' }
    expect(readSettings(local)).toMatchObject({ values: { CORBEL_ASSET_INVENTORY_URL: 'http://127.0.0.1:4000' } })
  })

  test('break-glass works as it comes, approvers default to the administrators, and a list of nobody is nobody', () => {
    expect(readSettings(good)).toMatchObject({
      values: { CORBEL_BREAK_GLASS: true, CORBEL_BREAK_GLASS_APPROVER_GROUPS: undefined, CORBEL_BREAK_GLASS_MINUTES: 60 },
    })
    for (const nobody of ['', ' , '])
      expect(readSettings({ ...good, CORBEL_BREAK_GLASS_APPROVER_GROUPS: nobody })).toMatchObject({
        values: { CORBEL_BREAK_GLASS_APPROVER_GROUPS: [] },
      })
  })

  test.each([
    ['CORBEL_BREAK_GLASS', 'yes'],
    ['CORBEL_BREAK_GLASS_MOST_MINUTES', '241'],
    ['CORBEL_BREAK_GLASS_MINUTES', '0'],
    ['CORBEL_BREAK_GLASS_IDLE_MINUTES', '1e1'],
    ['CORBEL_BREAK_GLASS_STEP_UP_SECONDS', '0'],
    ['CORBEL_BREAK_GLASS_STEP_UP_SECONDS', '-1'],
    ['CORBEL_BREAK_GLASS_TICKET_PATTERN', '(?=x)'],
    ['CORBEL_BREAK_GLASS_TICKET_PATTERN', 'a)|(b'],
    ['CORBEL_BREAK_GLASS_TICKET_URL', 'https://{ticket}.evil.test/'],
    ['CORBEL_BREAK_GLASS_TICKET_URL', 'https://incidents.test/'],
    ['CORBEL_BREAK_GLASS_TICKET_URL', 'javascript:alert({ticket})'],
  ])('%s=%s is refused', (name, value) => {
    expect(readSettings({ ...good, [name]: value })).toMatchObject({ mistakes: [expect.stringContaining(name)] })
  })

  test('an empty environment names every setting that has no default', () => {
    const result = readSettings({})
    if (!('mistakes' in result)) throw new Error('an empty environment was accepted')
    for (const name of Object.keys(good)) expect(result.mistakes.some((mistake) => mistake.startsWith(`${name} is missing`))).toBe(true)
  })

  test.each([
    ['CORBEL_URL', 'corbel.acme.test', 'CORBEL_URL must be a URL'],
    ['CORBEL_URL', 'ftp://corbel.acme.test', 'CORBEL_URL must be a URL'],
    ['CORBEL_SECRET', 'short', 'CORBEL_SECRET must have at least 32'],
    ['DATABASE_URL', 'mysql://db', 'DATABASE_URL must start with postgresql://'],
    ['CORBEL_CLUSTERS', 'infra', 'CORBEL_CLUSTERS is not JSON'],
    ['CORBEL_CLUSTERS', '[]', 'CORBEL_CLUSTERS names no cluster'],
    ['CORBEL_CLUSTERS', '[{"name":"Infra EU","kubeconfig":"x"}]', 'CORBEL_CLUSTERS 0.name cluster names'],
    ['CORBEL_CLUSTERS', '[{"name":"a","kubeconfig":"x"},{"name":"a","kubeconfig":"y"}]', 'CORBEL_CLUSTERS names a cluster twice'],
    ['CORBEL_LOG_LEVEL', 'loud', 'CORBEL_LOG_LEVEL must be'],
    ['CORBEL_WORKER_PORT', '70000', 'CORBEL_WORKER_PORT must be a port'],
    ['CORBEL_ASSET_INVENTORY', 'aws', 'CORBEL_ASSET_INVENTORY must be google or off'],
    ['CORBEL_ASSET_INVENTORY_URL', 'http://cloudasset.googleapis.com', 'CORBEL_ASSET_INVENTORY_URL must start with https://'],
    ['CORBEL_ASSET_INVENTORY_URL', 'http://127.0.0.1.acme.test', 'CORBEL_ASSET_INVENTORY_URL must start with https://'],
    ['CORBEL_ASSET_INVENTORY_PROJECT', 'projects/acme', 'CORBEL_ASSET_INVENTORY_PROJECT must be the id or number'],
    ['CORBEL_ASSET_LISTS_PER_MINUTE', '0', 'CORBEL_ASSET_LISTS_PER_MINUTE must be a whole number'],
  ])('%s=%s is refused with a sentence', (name, value, sentence) => {
    const result = readSettings({ ...good, [name]: value })
    expect('mistakes' in result ? result.mistakes.join('\n') : '').toContain(sentence)
  })

  test('no sentence repeats the value of a secret', () => {
    for (const [name, definition] of Object.entries(settings)) {
      if (!('secret' in definition && definition.secret)) continue
      const result = readSettings({ ...good, [name]: 'hunter2' })
      if ('mistakes' in result) expect(result.mistakes.join('\n')).not.toContain('hunter2')
    }
  })
})

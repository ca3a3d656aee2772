/**
 * Kinds whose schemas nobody should write, and that an API server takes all the same: their forms open, can be filled in,
 * and write what was typed; what cannot be a form is a YAML editor with a sentence. And a kind with rules: hints come while
 * typing, and go when the API server has spoken.
 */
import type { Page } from '@playwright/test'
import { definitionsPath, openRawServer, type RawServer } from '#demo/control-plane/raw-server.ts'
import type { JsonObject } from '#lib/json.ts'
import { hostileNames } from '#lib/schema/hostile-schemas.ts'
import { demoRecord } from './steps/demo-world.ts'
import { addField, expectAccepted, form, readYaml, writeYaml, yamlEditor } from './steps/editor.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const group = 'odd.corbel.dev'
const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
const text = { type: 'string' }
const names = hostileNames.filter((name) => name.length < 100)
const kinds: Record<string, JsonObject> = {
  OddName: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, text])) },
  OddWidth: { type: 'object', properties: Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`field${index}`, text])) },
  OddSilence: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  OddRule: {
    type: 'object',
    properties: { size: { type: 'integer' }, range: { type: 'string', maxLength: 40 } },
    'x-kubernetes-validations': [
      { rule: '!has(self.size) || self.size % 2 == 0', message: 'size must be even', fieldPath: '.size' },
      {
        rule: "!has(self.range) || cidr('10.0.0.0/8').containsCIDR(self.range)",
        message: 'range must lie in 10.0.0.0/8',
        fieldPath: '.range',
      },
    ],
  },
}

const definitionOf = (kind: string, spec: JsonObject): JsonObject => {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'corbel.dev/offered': 'true' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  }
}

const roleOf = (role: string, verbs: string[]): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: `odd-kinds-${role}`, labels: { [`corbel.dev/aggregate-to-${role}`]: 'true' } },
  rules: [{ apiGroups: [group], resources: ['*'], verbs }],
})

const createPath = (kind: string): string => `/create/${kind}.${group}?cluster=demo&namespace=payments-prod`
let server: RawServer

// the index may not know the kinds yet
test.use({ expectedOnConsole: failedRequests })

test.beforeAll(async () => {
  server = await openRawServer(demoRecord().kubeconfig ?? '')
  for (const [role, verbs] of [
    ['portal', ['get', 'list', 'watch']],
    ['read', ['get', 'list', 'watch']],
    ['propose', ['create', 'patch', 'update', 'delete']],
  ] as const)
    await server.call('POST', roles, roleOf(role, [...verbs]))
  for (const [kind, spec] of Object.entries(kinds)) await server.serve(definitionOf(kind, spec))
})

test.afterAll(async () => {
  for (const kind of Object.keys(kinds)) await server.call('DELETE', `${definitionsPath}/${kind.toLowerCase()}s.${group}`)
  for (const role of ['portal', 'read', 'propose']) await server.call('DELETE', `${roles}/odd-kinds-${role}`)
  server.close()
})

/** The portal hears of new kinds, and the person's grants of new roles, within seconds; until then the page says that there is none. */
async function openForm(page: Page, kind: string): Promise<void> {
  await expect(async () => {
    await page.goto(createPath(kind))
    await expect(form(page)).toBeVisible()
  }).toPass({ timeout: 100_000 })
  await expect(yamlEditor(page)).toBeVisible()
}

/** Leaves no draft of a kind that goes away. */
async function forgetDrafts(page: Page): Promise<void> {
  await page.goto('/projects')
  await page.evaluate(
    (paths) => Promise.all(paths.map((path) => fetch(path, { method: 'DELETE' }))),
    Object.keys(kinds).map((kind) => `/api/v1/drafts/create/demo/payments-prod/${kind}.${group}`),
  )
}

test('forms of odd kinds open, and write what is typed', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page, 'alice', '/create')
  await openForm(page, 'OddName')

  await test.step('keys of JavaScript, of paths and of nobody', async () => {
    for (const [key, label] of [
      ['__proto__', 'Proto'],
      ['constructor', 'Constructor'],
      ['a.b', 'a.b'],
      ['😀', '😀'],
    ] as const) {
      await addField(page, key, new RegExp(`${key.replace('.', '\\.')}$`))
      await form(page).getByLabel(label, { exact: true }).fill('set')
    }
    await expect.poll(() => readYaml(page)).toMatch(/__proto__: set/)
    const yaml = await readYaml(page)
    for (const line of ['constructor: set', 'a.b: set', '"😀": set']) expect(yaml).toContain(line)
    expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([])
  })

  await test.step('three thousand fields', async () => {
    await openForm(page, 'OddWidth')
    await addField(page, 'field2987', /field ?2987/i)
    await form(page)
      .getByRole('textbox', { name: /field ?2987/i })
      .fill('far down')
    await expect.poll(() => readYaml(page)).toContain('field2987: far down')
  })

  await test.step('no fields at all: YAML, with the reason', async () => {
    await openForm(page, 'OddSilence')
    await expect(content(page)).toContainText(/schema allows any keys/)
  })

  await test.step('every digit of a number that JavaScript would round', async () => {
    const box = form(page).getByRole('textbox', { name: /^Spec/ })
    await box.fill('id: 9007199254740993\nlist: [9007199254740995, 1]')
    await expect.poll(() => readYaml(page)).toMatch(/id: 9007199254740993\n\s+list:\n\s+- 9007199254740995\n\s+- 1$/)
    await box.fill('id: 9007199254740993\nlist: [1, 9007199254740995]')
    await expect.poll(() => readYaml(page)).toMatch(/id: 9007199254740993\n\s+list:\n\s+- 1\n\s+- 9007199254740995$/)
    await writeYaml(page, (await readYaml(page)).replace('9007199254740993', '9007199254740992'))
    await expect(box).toHaveValue(/id: 9007199254740992\nlist:\n {2}- 1\n {2}- 9007199254740995/)
  })
  await forgetDrafts(page)
})

test('hints from rules come while typing and go when the API server has spoken', async ({ page }) => {
  test.setTimeout(240_000)
  const manifest = (spec: string) =>
    `apiVersion: ${group}/v1\nkind: OddRule\nmetadata:\n  name: ruled\n  namespace: payments-prod\nspec:\n${spec}`
  await signIn(page, 'alice', '/create')
  await openForm(page, 'OddRule')
  // at its field and above the form
  const hint = form(page).getByText('The cluster will probably refuse this: size must be even').first()

  const unavailable = { accepted: false, unavailable: 'The cluster is away.', message: null, fields: [], warnings: [], milliseconds: 1 }
  await page.route('**/api/v1/dry-run', (route) => route.fulfill({ json: unavailable }))
  await writeYaml(page, manifest('  size: 3\n  range: 10.1.0.0/16\n'))
  await expect(hint).toBeVisible()
  await expect(page.getByText('1 rule of this kind is not checked here; the dry run checks it')).toBeVisible()

  await page.unroute('**/api/v1/dry-run')
  await writeYaml(page, manifest('  size: 5\n  range: 11.0.0.0/8\n'))
  await expect(page.getByText(/dry run refused/)).toBeVisible()
  await expect(hint).toBeHidden()
  await expect(
    form(page)
      .getByText(/range must lie in 10\.0\.0\.0\/8/i)
      .first(),
  ).toBeVisible()

  await writeYaml(page, manifest('  size: 4\n  range: 10.1.0.0/16\n'))
  await expectAccepted(page)
  await expect(page.getByText(/not checked here/)).toBeHidden()
  await forgetDrafts(page)
})

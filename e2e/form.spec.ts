/** The form itself: finding fields, telling unset from empty, links, parts as YAML, references, and complaints in closed sections. */
import type { Page } from '@playwright/test'
import { expectAccessible } from './steps/accessibility.ts'
import { addField, expectAccepted, form, readYaml, writeYaml, yamlEditor } from './steps/editor.ts'
import { expect, test } from './steps/journey.ts'
import { content, createPath, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

async function fieldAction(page: Page, field: string, action: string | RegExp): Promise<void> {
  await form(page)
    .getByRole('button', { name: `Actions for ${field}`, exact: true })
    .click()
  await page.getByRole('menuitem', { name: action }).filter({ visible: true }).click()
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

/** A field with everything around it, by its path. */
const field = (page: Page, ...path: (string | number)[]) => page.locator(`[data-field='${JSON.stringify(path)}']`)

/** Begins with the manifest a newcomer gets, whatever draft an earlier journey left. */
async function openCreate(page: Page, kind: string): Promise<void> {
  await page.goto(createPath('payments-prod', kind))
  await expect(form(page)).toBeVisible()
  const discard = page.getByRole('button', { name: /Discard/ })
  if (await discard.isVisible()) {
    await discard.click()
    await expect(discard).toBeHidden()
  }
}

test('alice follows a link to a field, and copies one', async ({ page }) => {
  await signIn(page, 'alice')
  await page.goto(`${createPath('payments-prod', 'SQLInstance')}#/spec/settings/ipConfiguration/requireSsl`)
  const asked = field(page, 'spec', 'settings', 'ipConfiguration', 'requireSsl')
  await expect(asked.getByRole('radio', { name: 'not set' })).toBeFocused()
  await expect(asked).toBeInViewport()
  await page.mouse.wheel(0, 100) // whoever scrolls takes over: until then the page keeps the field in view
  await fieldAction(page, 'Region', 'Copy link to this field')
  await expect(page.getByText('Link to Region copied')).toBeVisible()
  expect(await clipboard(page)).toBe(`${new URL(page.url()).origin}${createPath('payments-prod', 'SQLInstance')}#/spec/region`)
  await page.evaluate(() => {
    window.location.hash = '#/spec/region'
  })
  await expect(page.getByRole('textbox', { name: /^Region/ })).toBeFocused()
  await expectAccessible(page, 'a form with recommended fields')
})

test('the form tells unset, empty, null and the default apart', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'Locus')
  await addField(page, 'time to live', /^Default time to live/)
  const ttl = field(page, 'spec', 'defaultTimeToLive')
  await expect(ttl.getByText('not set', { exact: true })).toBeVisible()
  await fieldAction(page, 'Default time to live', 'Set to null')
  await expect(ttl.getByText('null', { exact: true })).toBeVisible()
  await expect(yamlEditor(page)).toContainText('defaultTimeToLive: null')
  await fieldAction(page, 'Default time to live', 'Set to empty text')
  await expect(ttl.getByText('empty text', { exact: true })).toBeVisible()
  await expect(yamlEditor(page)).toContainText('defaultTimeToLive: ""')
  await ttl.getByRole('textbox').fill('90m')
  await expect(yamlEditor(page)).toContainText('defaultTimeToLive: 90m')
  await fieldAction(page, 'Default time to live', 'Take out')
  await expect(yamlEditor(page)).not.toContainText('defaultTimeToLive')

  await test.step('a default is shown as what will be used, and written only when chosen', async () => {
    await addField(page, 'transit', /^Transit encryption/)
    const encryption = field(page, 'spec', 'transitEncryption')
    await expect(encryption.getByText('default true')).toBeVisible()
    await expect(yamlEditor(page)).not.toContainText('transitEncryption')
    await fieldAction(page, 'Transit encryption', 'Write the default into the manifest')
    await expect(yamlEditor(page)).toContainText('transitEncryption: true')
  })
})

test('recommended values are offered, and parts of a manifest copied and pasted', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'StorageBucket')
  const access = field(page, 'spec', 'uniformBucketLevelAccess')
  await access.getByRole('button', { name: /^Use the recommended value/ }).click()
  await expect(access.getByText('as recommended')).toBeVisible()
  await expect(yamlEditor(page)).toContainText('uniformBucketLevelAccess: true')

  const rule = 'action:\n  type: Delete\ncondition:\n  age: 30'
  await test.step('what is pasted is checked first', async () => {
    await fieldAction(page, 'Lifecycle rule', 'Paste YAML…')
    const dialog = page.getByRole('dialog', { name: 'Paste YAML into Lifecycle rule' })
    const box = dialog.getByRole('textbox', { name: 'YAML of Lifecycle rule' })
    await box.fill('- action: [')
    await expect(dialog.getByText(/^Line 1:/)).toBeVisible()
    await box.fill(`lifecycleRule:\n  - action:\n      type: Delete\n    condition:\n      age: soon\n    colour: red`)
    await expect(dialog.getByText('2 things the kind does not allow')).toBeVisible()
    await expect(dialog.getByText(/age.*whole number/)).toBeVisible()
    await expectAccessible(page, 'pasting a part')
    await box.fill('- action:\n    type: Delete\n  condition:\n    age: 30')
    await expect(dialog.getByText('The kind allows this.')).toBeVisible()
    await dialog.getByRole('button', { name: 'Paste' }).click()
    await expect(dialog).toBeHidden()
    // the text follows the form a moment later
    await expect
      .poll(() => readYaml(page))
      .toContain('lifecycleRule:\n    - action:\n        type: Delete\n      condition:\n        age: 30')
  })
  await test.step('what is copied is the part by itself', async () => {
    await fieldAction(page, 'Lifecycle rule 1', 'Copy as YAML')
    await expect(page.getByText('Lifecycle rule 1 copied as YAML')).toBeVisible()
    expect(await clipboard(page)).toBe(rule)
  })
  await test.step('a section closes and opens with everything in it', async () => {
    await fieldAction(page, 'Lifecycle rule', 'Close everything inside')
    await expect(field(page, 'spec', 'lifecycleRule', 0, 'condition', 'age')).toHaveCount(0)
    await fieldAction(page, 'Lifecycle rule', 'Open everything inside')
    await expect(field(page, 'spec', 'lifecycleRule', 0, 'condition', 'age')).toBeVisible()
  })
})

test('a complaint in a closed section shows on the section and is one click away', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'StorageBucket')
  await writeYaml(
    page,
    'apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: a\n  namespace: payments-prod\nspec:\n  website:\n    mainPageSuffix: 7\n',
  )
  const summary = page.getByRole('region', { name: 'What is not right yet' })
  await expect(summary).toContainText('spec.website.mainPageSuffix')
  const section = field(page, 'spec', 'website').getByRole('button', { name: /mainPageSuffix/ })
  await section.click()
  await expect(section).toContainText('1 to put right')
  await summary.getByRole('button', { name: /mainPageSuffix/ }).click()
  await expect(page.getByRole('textbox', { name: /^Main page suffix/ })).toBeFocused()
})

test('fields are found in the groups of the schema', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'SQLInstance')
  await form(page)
    .getByRole('button', { name: /^Add field/ })
    .last()
    .click()
  await page.getByRole('searchbox', { name: 'Search fields to add' }).fill('maintenance')
  await expect(form(page).getByRole('heading', { name: /^Settings › Maintenance window/ })).toBeVisible()
  await expectAccessible(page, 'the search for fields')
})

test('Ctrl Enter leads from the YAML to the field in the form, and back again', async ({ page }) => {
  await signIn(page, 'bob')
  await openCreate(page, 'PubSubTopic')
  await writeYaml(
    page,
    `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubTopic
metadata:
  name: ${freshName('there-and-back')}
  namespace: payments-prod
spec:
  messageStoragePolicy:
    allowedPersistenceRegions: [europe-west1]
  messageRetentionDuration: 604800s
`,
  )
  await yamlEditor(page).getByText('messageRetentionDuration').click()
  await page.keyboard.press('Control+Enter')
  const duration = form(page)
    .getByLabel(/^Message retention duration/)
    .first()
  await expect(duration).toBeFocused()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('86400s')
  await page.keyboard.press('Control+Enter')
  await expect(yamlEditor(page)).toBeFocused()
  await expect(page.getByTitle('spec.messageRetentionDuration', { exact: true })).toBeVisible()
  await expect(yamlEditor(page)).toContainText(/messageRetentionDuration: "?86400s/)
})

test('references are searched, external values checked, and what does not exist is said', async ({ page }) => {
  const topic = freshName('form-topic')
  await signIn(page, 'bob')
  await openCreate(page, 'PubSubTopic')
  await page.getByRole('textbox', { name: /^Name/ }).fill(topic)
  await expectAccepted(page)
  await page.getByRole('button', { name: 'Add to basket' }).click()
  await expect(page.getByRole('link', { name: /^Review .* in your basket$/ })).toBeVisible()

  await openCreate(page, 'PubSubSubscription')
  const reference = field(page, 'spec', 'topicRef')
  const search = reference.getByRole('combobox')
  await test.step('a name that is nowhere', async () => {
    await search.fill('no-such-topic')
    await expect(reference.getByText(/Nothing matches/)).toBeVisible()
    await search.press('Enter')
    await expect(reference.getByText('not found')).toBeVisible()
    await expect(yamlEditor(page)).toContainText('name: no-such-topic')
    await expectAccessible(page, 'a reference to nothing')
  })
  await test.step('a resource that waits in the basket', async () => {
    await search.fill(topic)
    const option = page.getByRole('option', { name: new RegExp(topic) })
    await expect(option).toContainText('in your basket')
    await option.click()
    await expect(reference.getByText('in your basket').filter({ visible: true })).toBeVisible()
    await expect(yamlEditor(page)).toContainText(`name: ${topic}`)
  })
  await test.step('an external value and its format', async () => {
    await reference.getByRole('radio', { name: 'external' }).check()
    const value = reference.getByRole('textbox', { name: 'External value of Topic' })
    await value.fill('orders')
    await expect(reference.getByText('Part 1 is "orders", the format has "projects" there.')).toBeVisible()
    await value.fill('projects/acme/topics/orders')
    await expect(reference.getByText(/^Part 1/)).toHaveCount(0)
    await expect(yamlEditor(page)).toContainText('external: projects/acme/topics/orders')
  })
  await page.goto('/basket')
  await page.getByRole('button', { name: `Remove ${topic} from the basket` }).click()
  await expect(content(page).getByText(topic)).toHaveCount(0)
})

test('a role on a project that no manifest manages is granted from the form', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'IAMPolicyMember')
  await page.getByRole('textbox', { name: /^Name/ }).fill(freshName('form-grant'))
  await page.getByRole('textbox', { name: /^Role/ }).fill('roles/pubsub.viewer')
  await page.getByRole('textbox', { name: /^Member/ }).fill('user:alice@acme.test')
  const reference = field(page, 'spec', 'resourceRef')
  const kind = reference.getByRole('combobox', { name: 'Kind of Resource' })
  const value = reference.getByRole('textbox', { name: 'External value of Resource' })
  await reference.getByRole('radio', { name: 'external' }).check()
  await value.fill('payments-prod-4711')
  await test.step('that the kind is missing is said at the reference', async () => {
    await page.getByRole('button', { name: 'Review pull request' }).click()
    await expect(reference.getByText('kind: Required.')).toBeVisible()
    await expect(kind).toBeFocused()
    await expect(kind).toHaveAttribute('aria-invalid', 'true')
    await expect(value).not.toHaveAttribute('aria-invalid')
    await expectAccessible(page, 'a reference without its kind')
  })
  await kind.fill('proj')
  await page.getByRole('option', { name: 'Project', exact: true }).click()
  await expectAccepted(page)
  await expect
    .poll(() => readYaml(page))
    .toMatch(
      /resourceRef:\n( +)(?:external: payments-prod-4711|apiVersion: resourcemanager\S+|kind: Project)(?:\n\1(?:external: payments-prod-4711|apiVersion: resourcemanager\S+|kind: Project)){2}$/m,
    )
})

test('looking at the other way to give a reference changes nothing, and another name only the name', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'PubSubSubscription')
  const reference = field(page, 'spec', 'topicRef')
  const text = `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubSubscription
metadata:
  name: ${freshName('form-pull')}
  namespace: payments-prod
spec:
  topicRef: # what it listens to
    name: orders # of the hub
    namespace: playlists-prod
`
  await writeYaml(page, text)
  await reference.getByRole('radio', { name: 'external' }).check()
  await expect(reference.getByRole('textbox', { name: 'External value of Topic' })).toHaveValue('')
  expect(await readYaml(page)).toBe(text.trimEnd())
  await reference.getByRole('radio', { name: 'managed here' }).check()
  await expect(reference.getByRole('combobox')).toHaveValue('orders')
  expect(await readYaml(page)).toBe(text.trimEnd())
  await reference.getByRole('combobox').fill('no-such-topic')
  await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(0)
  await reference.getByRole('combobox').press('Tab')
  await expect.poll(() => readYaml(page)).toBe(text.trimEnd().replace('name: orders', 'name: no-such-topic'))
  await reference.getByRole('radio', { name: 'external' }).check()
  await reference.getByRole('textbox', { name: 'External value of Topic' }).fill('projects/acme/topics/orders')
  await expect(yamlEditor(page)).toContainText('external: projects/acme/topics/orders')
  await expect(yamlEditor(page)).not.toContainText('playlists-prod')
})

test('a long text is typed without losing the focus, and several lines are pasted', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'ComputeNetwork')
  const description = form(page).getByRole('textbox', { name: /^Description/ })
  const long = 'The network of the shop. '.repeat(5).trim()
  await description.click()
  await page.keyboard.type(long)
  await expect(description).toHaveValue(long)
  await expect(description).toBeFocused()
  await page.evaluate(() => navigator.clipboard.writeText('first line\nsecond line'))
  await page.keyboard.press('Home')
  await page.keyboard.press('ControlOrMeta+v')
  await expect(description).toHaveValue(`first line\nsecond line${long}`)
  await expect(description).toBeFocused()
  await page.keyboard.type('. ')
  await expect(description).toHaveValue(`first line\nsecond line. ${long}`)
})

test('a required text that is cleared is missing, and empty only on purpose', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'IAMPolicyMember')
  const role = field(page, 'spec', 'role')
  await role.getByRole('textbox').fill('roles/viewer')
  await expect(yamlEditor(page)).toContainText('role: roles/viewer')
  await expect(role.getByRole('alert')).toHaveCount(0)
  await role.getByRole('textbox').fill('')
  await expect(yamlEditor(page)).not.toContainText('role:')
  await expect(role.getByText('Required.')).toBeVisible()
  await fieldAction(page, 'Role', 'Set to empty text')
  await expect(yamlEditor(page)).toContainText('role: ""')
  await expect(role.getByText('empty text', { exact: true })).toBeVisible()
})

test('switches of Config Connector have names, and their values are checked', async ({ page }) => {
  await signIn(page, 'alice')
  await openCreate(page, 'StorageBucket')
  await form(page)
    .getByRole('button', { name: /^Config Connector settings/ })
    .click()
  await form(page).getByRole('radio', { name: 'Delete with everything inside' }).check()
  await expect(yamlEditor(page)).toContainText('cnrm.cloud.google.com/force-destroy: "true"')
  await form(page).getByRole('textbox', { name: 'Time between checks' }).fill('often')
  await expect(form(page).getByText('Give a whole number of seconds, 0 or more.')).toBeVisible()
  await form(page).getByRole('textbox', { name: 'Time between checks' }).fill('0')
  await expect(form(page).getByText('Give a whole number of seconds, 0 or more.')).toHaveCount(0)
  await expectAccessible(page, 'the switches')
})

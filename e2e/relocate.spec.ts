import type { Page } from '@playwright/test'
import { expectAccessible } from './steps/accessibility.ts'
import { cluster } from './steps/demo-world.ts'
import { expectAccepted, openPullRequest, yamlEditor } from './steps/editor.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, freshName, kindKey, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const memberKind = 'IAMPolicyMember.iam.cnrm.cloud.google.com'
const sinkKind = 'LoggingLogSink.logging.cnrm.cloud.google.com'

const bucketText = (name: string) => `# made for a journey
apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: ${name}
  namespace: payments-staging
spec:
  location: EU # near
`
const memberText = (name: string, bucket: string) => `apiVersion: iam.cnrm.cloud.google.com/v1beta1
kind: IAMPolicyMember
metadata:
  name: ${name}
  namespace: payments-staging
spec:
  member: user:alice@acme.test
  role: roles/storage.objectViewer
  resourceRef:
    apiVersion: storage.cnrm.cloud.google.com/v1beta1
    kind: StorageBucket
    name: ${bucket}
`

const sinkText = (name: string, bucket: string) => `apiVersion: logging.cnrm.cloud.google.com/v1beta1
kind: LoggingLogSink
metadata:
  name: ${name}
  namespace: payments-staging
spec:
  projectRef:
    external: payments-staging-0815
  destination:
    storageBucketRef:
      name: ${bucket} # logs go here
  filter: severity>=ERROR
`

/** Proposes new resources as the signed-in person, past the form; gives the proposal's address. */
async function propose(page: Page, title: string, resources: { kind: string; text: string }[]): Promise<string> {
  const changes = resources.map((resource) => ({ cluster: 'demo', namespace: 'payments-staging', action: 'create', ...resource }))
  const id = await page.evaluate(
    async (body) => {
      const reply = await fetch('/api/v1/proposals', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, idempotencyKey: crypto.randomUUID() }),
      })
      const answer = await reply.json()
      if (!reply.ok) throw new Error(answer.detail)
      return String(answer.id)
    },
    { changes, title, message: '' },
  )
  return `/proposals/${id}`
}

/** Merges the proposal's pull request and waits until everything in it is there. */
async function mergeAndWait(page: Page, proposal: string): Promise<void> {
  await page.goto(proposal)
  await mergePullRequest(page, 'alice')
  await leaveGithub(page)
  await page.goto(proposal)
  await expect(page.getByRole('list', { name: 'Progress' }).getByRole('listitem').last()).toContainText('Ready (done)', {
    timeout: 90_000,
  })
}

async function openActions(page: Page, name: string): Promise<void> {
  await content(page).getByRole('button', { name: 'Actions' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu', { name: `Actions on ${name}` })).toBeVisible()
}

test('before a resource is deleted, everything that depends on it is named', async ({ page }) => {
  test.setTimeout(180_000)
  const name = freshName('journey-reader')
  const reader = {
    apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
    kind: 'PubSubSubscription',
    metadata: { name, namespace: 'playlists-prod' },
  }
  await cluster().create({ ...reader, spec: { topicRef: { name: 'payment-events', namespace: 'payments-prod' } } })
  try {
    await signIn(page, 'alice', resourcePath('payments-prod', 'PubSubTopic', 'payment-events'))
    const relations = content(page).getByRole('list').filter({ hasText: 'ledger-events' })
    await expect(relations).toContainText('payments-api-publishes')
    await expect(relations.getByRole('listitem').filter({ hasText: 'ledger-events' })).toContainText('Ready')
    // no event tells of a project she may not see, and the index may have read the reader after the page has asked
    await expect(async () => {
      await page.reload()
      await expect(content(page).getByText('Others in projects you may not see')).toBeVisible({ timeout: 5000 })
    }).toPass({ timeout: 60_000 })
    await expectAccessible(page, 'a resource with relations')

    await openActions(page, 'payment-events')
    await page.getByRole('menuitem', { name: 'Delete by pull request' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Delete payment-events by pull request' })
    await expect(dialog.getByText('2 resources depend on it')).toBeVisible()
    await expect(dialog.getByRole('link', { name: 'ledger-events' })).toBeVisible()
    await expect(dialog.getByText('spec.topicRef')).toBeVisible()
    await expect(dialog.getByText(/It will be deleted in the cloud too/)).toBeVisible()
    await expect(dialog).not.toContainText(name)
    await expectAccessible(page, 'the deletion of a resource others depend on')
    const open = dialog.getByRole('button', { name: 'Open pull request' })
    const typed = dialog.getByRole('textbox', { name: /^Type payment-events to confirm/ })
    await typed.fill('payment')
    await expect(open).toBeDisabled()
    await typed.fill('payment-events')
    await expect(open).toBeEnabled()
    await dialog.getByRole('button', { name: 'Keep it' }).click()
  } finally {
    await cluster().delete(reader)
  }
})

test('a reference that leads nowhere is marked', async ({ page }) => {
  await signIn(page, 'carol', '/resources/demo/playlists-prod/FlyteProject.flyte.corbel.dev/recommendations')
  const missing = content(page).getByRole('listitem').filter({ hasText: 'spec.outputBucketRef' })
  await expect(missing).toContainText('acme-playlists-models')
  await expect(missing).toContainText('not found in playlists-prod')
  const found = content(page).getByRole('listitem').filter({ hasText: 'serviceAccountRef' })
  await expect(found.getByRole('link', { name: 'recommender' })).toBeVisible()
})

test('alice clones a bucket to staging: its key is not there, so the reference crosses projects and is flagged', async ({ page }) => {
  test.setTimeout(180_000)
  const name = freshName('journey-clone')
  await signIn(page, 'alice', resourcePath('payments-prod', 'StorageBucket', 'acme-payments-invoices'))
  await openActions(page, 'acme-payments-invoices')
  await page.getByRole('menuitem', { name: 'Clone' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Clone acme-payments-invoices' })).toBeVisible()
  await page.getByRole('combobox', { name: /^Project/ }).click()
  await page.getByRole('option', { name: /^payments-staging/ }).click()
  await page.getByRole('textbox', { name: /^Name/ }).fill(name)
  const pointsTo = page.getByRole('combobox', { name: 'spec.encryption.kmsKeyRef points to' })
  await expect(pointsTo).toHaveValue('there')
  await expect(page.getByText(/payments-staging has none of this name/)).toBeVisible()
  await expect(page.getByText('The label environment is prod')).toBeVisible()
  // a button that wakes up while axe looks has the colours of both states
  await expect(page.getByRole('button', { name: 'Continue in the form' })).toBeEnabled()
  await expectAccessible(page, 'the page for cloning')

  await page.getByRole('button', { name: 'Continue in the form' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Create StorageBucket' })).toBeVisible()
  await expect(page.getByText('A copy of acme-payments-invoices in payments-prod')).toBeVisible()
  await expect(page.getByText(/spec\.encryption\.kmsKeyRef: payments-staging has none of this name/)).toBeVisible()
  for (const line of [`name: ${name}`, 'namespace: payments-prod', '# ten years, the legal minimum for invoices'])
    await expect(yamlEditor(page)).toContainText(line)
  await expectAccepted(page)
  await page.reload() // the copy is a draft on the server
  await expect(yamlEditor(page)).toContainText(`name: ${name}`)
  await expectAccepted(page)
  await openPullRequest(page)
  await expect(content(page).getByText(name).first()).toBeVisible()
})

test('a bucket gets another name and stays the same in the cloud, once deleting it is safe', async ({ page }) => {
  test.setTimeout(420_000)
  const name = freshName('journey-old')
  const renamed = freshName('journey-new')
  const sink = freshName('journey-sink')
  const member = freshName('journey-member')
  await signIn(page, 'alice')
  const made = await propose(page, `Create ${name} and what refers to it`, [
    { kind: kindKey('StorageBucket'), text: bucketText(name) },
    { kind: sinkKind, text: sinkText(sink, name) },
    { kind: memberKind, text: memberText(member, name) },
  ])
  await mergeAndWait(page, made)
  const movePath = `${resourcePath('payments-staging', 'StorageBucket', name)}/move`

  await test.step('without the deletion policy it is refused, and the policy is offered as a pull request of its own', async () => {
    await page.goto(resourcePath('payments-staging', 'StorageBucket', name))
    await openActions(page, name)
    await page.getByRole('menuitem', { name: 'Rename or move' }).click()
    await page.getByRole('textbox', { name: /^Name/ }).fill(renamed)
    await expect(page.getByText(/does not have the deletion policy “abandon”/)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Review pull request' })).toBeDisabled()
    await expectAccessible(page, 'the page for renaming')
    await page.getByRole('button', { name: 'Propose the deletion policy' }).click()
    const dialog = page.getByRole('dialog', { name: `First: let ${name} stay in the cloud` })
    await expect(dialog.getByText('cnrm.cloud.google.com/deletion-policy: abandon')).toBeVisible()
    await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await mergeAndWait(page, page.url())
  })

  await test.step('with it, one pull request creates the new one, points its sink to it and deletes the old one', async () => {
    await page.goto(movePath)
    await page.getByRole('textbox', { name: /^Name/ }).fill(renamed)
    await expect(page.getByText('The object in the cluster has the deletion policy “abandon”.')).toBeVisible()
    await expect(page.getByText('Change the references of 1 resource in acme/payments in the same pull request')).toBeVisible()
    await expect(page.getByRole('heading', { name: /^Their references cannot change after creation/ })).toBeVisible()
    await expect(page.getByText(`spec.resourceID is ${name}`)).toBeVisible()
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: `Rename ${name} to ${renamed}` })
    for (const resource of [`StorageBucket ${renamed}`, `LoggingLogSink ${sink}`, `StorageBucket ${name}`])
      await expect(dialog.getByRole('region', { name: resource, exact: true })).toContainText('The API server accepts this')
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await mergeAndWait(page, page.url())
  })

  await test.step('the new one is the old one in the cloud; the old object is gone', async () => {
    await page.goto(`${resourcePath('payments-staging', 'StorageBucket', renamed)}?tab=manifest`)
    await expect(content(page).getByText(`url: gs://${name}`)).toBeVisible()
    await expect(content(page).getByText('Ready').first()).toBeVisible()
    await page.goto(resourcePath('payments-staging', 'StorageBucket', name))
    await expect(page.getByText(/was deleted/).first()).toBeVisible()
    await page.goto(`/resources/demo/payments-staging/${sinkKind}/${sink}`)
    const destination = content(page).getByRole('listitem').filter({ hasText: 'spec.destination.storageBucketRef' })
    await expect(destination.getByRole('link', { name: renamed })).toBeVisible()
    await page.goto(`/resources/demo/payments-staging/${memberKind}/${member}`)
    await expect(content(page).getByRole('listitem').filter({ hasText: 'spec.resourceRef' })).toContainText('not found in payments-staging')
  })

  await test.step('its file moves without the cluster noticing', async () => {
    await page.goto(`${resourcePath('payments-staging', 'StorageBucket', renamed)}/move`)
    const file = page.getByRole('textbox', { name: /^File/ })
    await expect(file).toHaveValue(`infra/payments-staging/storagebucket-${renamed}.yaml`)
    await file.fill(`infra/payments-staging/buckets/${renamed}.yaml`)
    await expect(page.getByText(/Only the file changes/)).toBeVisible()
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: `Move ${renamed} to another file` })
    await expect(dialog.getByRole('figure', { name: `Changes of infra/payments-staging/buckets/${renamed}.yaml` })).toContainText('# near')
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await mergeAndWait(page, page.url())
    await page.goto(resourcePath('payments-staging', 'StorageBucket', renamed))
    await expect(content(page).getByRole('link', { name: `infra/payments-staging/buckets/${renamed}.yaml` })).toBeVisible()
  })
})

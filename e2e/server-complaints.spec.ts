import { form, writeYaml, yamlEditor } from './steps/editor.ts'
import { expect, test } from './steps/journey.ts'
import { freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test('what only the API server can know is said at its field, and goes when it is put right', async ({ page }) => {
  const name = freshName('journey-flyte')
  const manifest = (domain: string) =>
    [
      'apiVersion: flyte.corbel.dev/v1alpha1',
      'kind: FlyteProject',
      'metadata:',
      `  name: ${name}`,
      '  namespace: playlists-prod',
      'spec:',
      '  displayName: Journeys',
      '  domains:',
      `    - name: ${domain}`,
      '  outputBucketRef:',
      '    name: acme-playlists-covers',
      '',
    ].join('\n')
  await signIn(page, 'carol', '/create/FlyteProject.flyte.corbel.dev?cluster=demo&namespace=playlists-prod')
  await expect(page.getByRole('heading', { level: 1, name: 'Create FlyteProject' })).toBeVisible()
  await writeYaml(page, manifest('production'))
  const domains = form(page).getByRole('group', { name: /^Domains/ })
  await expect(domains.getByRole('alert').filter({ hasText: 'every project needs the domain development' })).toBeVisible()
  await expect(page.getByText(/dry run refused/)).toBeVisible()
  await writeYaml(page, manifest('development'))
  await expect(form(page).getByText('every project needs the domain development')).toHaveCount(0)
  await expect(page.getByText(/dry run accepted/)).toBeVisible()
})

test('a field that cannot change later is locked on edit, and says why', async ({ page }) => {
  await signIn(page, 'alice', `/resources/demo/payments-prod/ComputeSubnetwork.compute.cnrm.cloud.google.com/payments-west/edit`)
  await expect(page.getByRole('heading', { level: 1, name: 'Edit payments-west' })).toBeVisible()
  await expect(form(page).getByLabel(/^Name/)).toBeDisabled()
  await expect(form(page).getByLabel(/^Region/)).toBeDisabled()
  await expect(
    form(page)
      .getByText(/Cannot be changed after creation/)
      .first(),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: 'Review pull request' })).toBeDisabled()
})

test('a mistake in the YAML names its line, and nothing that was typed goes away', async ({ page }) => {
  await signIn(page, 'alice', `${resourcePath('payments-prod', 'StorageBucket', 'acme-payments-invoices')}/edit`)
  await expect(page.getByRole('heading', { level: 1, name: 'Edit acme-payments-invoices' })).toBeVisible()
  const text = 'apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: a\n  name: b\n'
  await writeYaml(page, text)
  await expect(page.getByText(/The YAML cannot be read|is there twice|more than once|duplicate/i).first()).toBeVisible()
  await expect(yamlEditor(page)).toContainText('name: b')
  await page.getByRole('button', { name: 'Review pull request' }).click()
  await expect(page.getByRole('dialog', { name: 'Review pull request' })).toHaveCount(0)
  await page
    .getByRole('button', { name: 'Discard' })
    .or(page.getByRole('link', { name: 'Back to acme-payments-invoices' }))
    .first()
    .click()
})

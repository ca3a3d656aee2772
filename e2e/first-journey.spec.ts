import { expectAccessible } from './steps/accessibility.ts'
import { addField, addLabel, expectAccepted, form, openPullRequest, readYaml, writeYaml, yamlEditor } from './steps/editor.ts'
import { leaveGithub, linkGithubAccount, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, freshName, resourcePath } from './steps/pages.ts'
import { openPersonMenu, signIn } from './steps/people.ts'

test('alice makes a bucket: sign in, form, pull request, plan, merge, ready', async ({ page }) => {
  test.setTimeout(240_000)
  const name = freshName('acme-journey')
  await signIn(page, 'alice')
  await expect(page.getByRole('heading', { name: 'Hello, Alice Andersen' })).toBeVisible()

  await test.step('she links her GitHub account once', async () => {
    await linkGithubAccount(page, 'alice')
    await openPersonMenu(page)
    await expect(page.getByText('Pull requests are opened as alice on GitHub').filter({ visible: true })).toBeVisible()
    await page.keyboard.press('Escape')
  })

  const started = performance.now()
  await test.step('she searches for a bucket', async () => {
    await page.getByRole('link', { name: 'Create a resource' }).click()
    await page.getByRole('combobox', { name: 'Project' }).click()
    await page.getByRole('option', { name: /^payments-prod/ }).click()
    await expect(page.getByRole('combobox', { name: 'Project' })).toHaveValue('payments-prod')
    await page.getByRole('searchbox', { name: 'What do you need?' }).fill('bucket')
    const card = content(page).getByRole('link', { name: /^StorageBucket/ })
    await expect(card).toBeVisible() // the kinds are there: from here on those that do not fit go
    await expect(content(page).getByRole('link', { name: /^PubSubTopic/ })).toHaveCount(0)
    await card.click()
    await expect(page.getByRole('heading', { level: 1, name: 'Create StorageBucket' })).toBeVisible()
  })

  await test.step('she fills in the form, and the manifest follows', async () => {
    await form(page).getByLabel(/^Name/).fill(name)
    await expect(yamlEditor(page)).toContainText(`name: ${name}`)
    await form(page)
      .getByLabel(/^Location/)
      .fill('EU')
    await expect(yamlEditor(page)).toContainText('location: EU')
    await addField(page, 'age', /lifecycleRule\.condition\.age/)
    await form(page).getByLabel(/^Age/).fill('30')
    await form(page)
      .getByRole('group', { name: /^Lifecycle rule/ })
      .getByLabel(/^Type/)
      .first()
      .fill('Delete')
    await addLabel(page, 'purpose', 'journeys')
    for (const line of ['lifecycleRule:', 'age: 30', 'type: Delete', 'purpose: journeys'])
      await expect(yamlEditor(page)).toContainText(line)
    await expectAccepted(page)
  })

  await test.step('she writes YAML with a comment; the form follows and the comment stays', async () => {
    const comment = '# finance wants these kept in Belgium'
    const text = await readYaml(page)
    await writeYaml(page, `${text.replace('location: EU', `${comment}\n  location: EUROPE-WEST1`)}\n`)
    await expect(form(page).getByLabel(/^Location/)).toHaveValue('EUROPE-WEST1')
    await form(page).getByLabel(/^Age/).fill('45')
    await expect(yamlEditor(page)).toContainText('age: 45')
    await expect(yamlEditor(page)).toContainText(comment)
    await expectAccepted(page)
  })

  const proposal = await test.step('she reviews the file, the difference and the dry run, and opens the pull request', async () => {
    await expect(page.getByText(`infra/payments-prod/storagebucket-${name}.yaml`).first()).toBeVisible()
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: 'Review pull request' })
    await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
    const diff = dialog.getByRole('figure', { name: `Changes of infra/payments-prod/storagebucket-${name}.yaml` })
    await expect(diff).toContainText('finance wants these kept in Belgium')
    await expect(dialog.getByText(/as your GitHub account alice/)).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: /^Title/ })).toHaveValue(/./)
    await dialog.getByRole('button', { name: 'Back to the form' }).click()
    return openPullRequest(page)
  })
  const opened = performance.now()

  await test.step('the plan and its check appear without a reload', async () => {
    await expect(page.getByRole('link', { name: /^Pull request #\d+/ })).toBeVisible()
    const planned = page.getByRole('heading', { name: /^Plan.*Passed/ })
    await expect(planned).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('The plan is accepted. It waits for a review and the merge.')).toBeVisible()
    await expect(content(page).getByText(name).first()).toBeVisible()
  })

  const pull = await test.step('she reads the pull request, with the plan as a comment, and merges it', async () => {
    await page.getByRole('link', { name: /^Pull request #\d+/ }).click()
    await expect(page.getByText('alice wants to merge')).toBeVisible()
    await expect(page.getByText(/Plan: 1 to add, 0 to change/).first()).toBeVisible()
    await expect(page.getByText(/corbel\/plan: success/).first()).toBeVisible()
    await page.goBack()
    const address = await mergePullRequest(page, 'alice')
    await leaveGithub(page)
    return address
  })
  const merged = performance.now()

  await test.step('the proposal follows until the resource is there', async () => {
    await page.goto(proposal)
    const resource = content(page).getByRole('link', { name, exact: true })
    await expect(resource).toBeVisible({ timeout: 60_000 })
    await resource.click()
    await expect(page).toHaveURL(new RegExp(`${resourcePath('payments-prod', 'StorageBucket', name)}$`))
    await expect(content(page).getByRole('heading', { level: 1, name })).toBeVisible()
    await expect(page.getByRole('region', { name: 'State' })).toContainText(/Ready since/, { timeout: 60_000 })
  })
  const ready = performance.now()

  await test.step('the page tells the manifest, the pull request, the commit and who and when', async () => {
    await expect(content(page).getByRole('link', { name: `infra/payments-prod/storagebucket-${name}.yaml` })).toBeVisible()
    await expect(content(page).getByRole('term').filter({ hasText: 'Commit' })).toBeVisible()
    await expect(content(page).getByRole('link', { name: /pull request #\d+/ })).toHaveAttribute('href', pull)
    await expectAccessible(page, "a ready resource's page")
    await page.getByRole('link', { name: 'Manifest', exact: true }).click()
    await expect(content(page).getByText('location: EUROPE-WEST1')).toBeVisible()
    await page.getByRole('link', { name: 'Timeline' }).click()
    const timeline = content(page).getByRole('listitem')
    await expect(timeline.filter({ hasText: 'Ready' }).first()).toBeVisible()
    await expect(timeline.filter({ hasText: /pull request #\d+/ }).first()).toContainText(/alice/i)
    await expect(content(page).getByRole('time').first()).toBeVisible()
    await page.goto(proposal)
    await expect(page.getByRole('list', { name: 'Progress' }).getByRole('listitem').last()).toContainText('Ready (done)', {
      timeout: 60_000,
    })
    await expect(page.getByRole('heading', { name: /^Apply.*Passed/ })).toBeVisible({ timeout: 60_000 })
    await expectAccessible(page, 'a finished proposal')
    await page.goto('/proposals')
    await expect(page.getByRole('link', { name: new RegExp(name) }).first()).toBeVisible()
    await expectAccessible(page, 'the proposals')
  })

  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
  console.log(
    `Hands-free: ${seconds(started, ready)} s from "Create a resource" to Ready (form and pull request ${seconds(started, opened)} s, plan and merge ${seconds(opened, merged)} s, apply ${seconds(merged, ready)} s).`,
  )
})

test('catalogue, form and review hold what accessibility asks', async ({ page }) => {
  await signIn(page, 'alice', '/create?cluster=demo&namespace=payments-staging')
  await expect(content(page).getByRole('link', { name: /^StorageBucket/ })).toBeVisible()
  await expectAccessible(page, 'the catalogue')
  await page.getByRole('searchbox', { name: 'What do you need?' }).fill('zebra')
  await expect(page.getByRole('heading', { name: 'Nothing matches “zebra”' })).toBeVisible()
  await page.getByRole('link', { name: 'Show everything' }).click()
  await content(page)
    .getByRole('link', { name: /^StorageBucket/ })
    .click()
  await form(page).getByLabel(/^Name/).fill('Not A Name')
  await expect(form(page).getByRole('alert').first()).toBeVisible()
  await expectAccessible(page, 'a form with a mistake')
  await form(page).getByLabel(/^Name/).fill(freshName('journey-form'))
  await form(page)
    .getByRole('button', { name: /^Add field/ })
    .last()
    .click()
  await expect(page.getByRole('searchbox', { name: 'Search fields to add' })).toBeFocused()
  await expectAccessible(page, 'the search over fields')
  await page.keyboard.press('Escape')
  await expectAccepted(page)
  await page.getByRole('button', { name: 'Review pull request' }).click()
  await expect(page.getByRole('dialog').getByText(/^The API server accepts this/)).toBeVisible()
  await expectAccessible(page, 'the review')
})

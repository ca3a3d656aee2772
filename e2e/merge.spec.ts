import { expectAccessible } from './steps/accessibility.ts'
import { expectAccepted, form, writeYaml, yamlEditor } from './steps/editor.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { freshName, kindKey } from './steps/pages.ts'
import { signIn } from './steps/people.ts'
import { commitToMain, newestVersion } from './steps/repository.ts'

const repository = 'acme/payments'

const topic = (name: string) => `# Owned by payments. Ask before you change it.
apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubTopic
metadata:
  name: ${name} # never rename
  namespace: payments-prod
  labels:
    tier: gold
spec:
  # An audit asked for a week.
  messageRetentionDuration: "604800s"
  messageStoragePolicy:
    allowedPersistenceRegions:
      - europe-west1
`

// the review of a file that changed meanwhile is refused
test.use({ expectedOnConsole: failedRequests })

test('two people change one file: both changes and all comments come into the pull request', async ({ page }) => {
  const name = freshName('merged')
  const path = `infra/payments-prod/pubsubtopic-${name}.yaml`
  const original = topic(name)
  commitToMain(repository, path, original)
  await signIn(page, 'alice')
  const editPath = `/resources/demo/payments-prod/${kindKey('PubSubTopic')}/${name}/edit`
  await page.goto(editPath)
  await expect(yamlEditor(page)).toContainText('never rename')
  const mine = original.replace('tier: gold', 'tier: silver # since November').replace('604800s', '86400s')
  await writeYaml(page, mine)

  await test.step('meanwhile a colleague changes the file in Git', async () => {
    const theirs = original
      .replace('# An audit asked for a week.', '# An audit asked for ten days.')
      .replace('604800s', '864000s')
      .replace('      - europe-west1\n', '      - europe-west1\n      - europe-west4 # the second region\n')
    commitToMain(repository, path, theirs)
    await expectAccepted(page)
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: /^Review/ })
    await expect(dialog).toContainText(/changed since you opened/)
    await dialog.getByRole('button', { name: "Load Git's version" }).click()
  })

  const notice = page.getByText(/changed in Git since you began/)
  await test.step('the page says what changed there, also after a reload, and the text typed is kept', async () => {
    await expect(notice).toContainText('2 fields')
    await page.reload()
    await expect(notice).toContainText('messageRetentionDuration')
    await expect(yamlEditor(page)).toContainText('since November')
  })

  await test.step('what both changed is chosen side by side', async () => {
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: "Merge with Git's version" })
    await expect(dialog.getByText('1 field changed on both sides. 1 still to choose.')).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Use the merged text' })).toBeDisabled()
    await expectAccessible(page, 'the merge')
    await dialog.getByRole('radio', { name: /^Yours/ }).check()
    await dialog.getByRole('button', { name: 'Use the merged text' }).click()
    await expect(page.getByText(/now stands on Git's version/)).toBeVisible()
    await expect(yamlEditor(page)).toContainText('the second region')
  })

  await test.step('the merge can be undone, and done again', async () => {
    await page.getByRole('button', { name: 'Undo the merge' }).click()
    await expect(yamlEditor(page)).not.toContainText('the second region')
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: "Merge with Git's version" })
    await dialog.getByRole('radio', { name: /^Yours/ }).check()
    await dialog.getByRole('button', { name: 'Use the merged text' }).click()
  })

  await test.step('the pull request has both changes and all comments', async () => {
    await expect(form(page).getByLabel(/^tier/)).toHaveValue('silver')
    await expectAccepted(page)
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: /^Review/ })
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await expect(page.getByRole('link', { name: /^Pull request #\d+/ })).toBeVisible()
    const expected = original
      .replace('tier: gold', 'tier: silver # since November')
      .replace('# An audit asked for a week.', '# An audit asked for ten days.')
      .replace('604800s', '86400s')
      .replace('      - europe-west1\n', '      - europe-west1\n      - europe-west4 # the second region\n')
    expect(newestVersion(repository, path)).toBe(expected)
  })
})

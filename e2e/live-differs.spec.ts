import { expectAccessible } from './steps/accessibility.ts'
import { cluster, freeze } from './steps/demo-world.ts'
import { form, readYaml, yamlEditor } from './steps/editor.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { freshName, kindKey } from './steps/pages.ts'
import { signIn } from './steps/people.ts'
import { commitToMain } from './steps/repository.ts'

const repository = 'acme/payments'

const topic = (name: string, more = '') => `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubTopic
metadata:
  name: ${name}
  namespace: payments-prod
  labels:
    tier: gold # agreed with finance
spec:
  messageRetentionDuration: 604800s${more}
`

// the index may not know the resource yet
test.use({ expectedOnConsole: failedRequests })

let goOn: (() => void) | undefined
test.afterEach(() => {
  goOn?.()
  goOn = undefined
})

test('what the cluster has otherwise than Git is shown on the edit page, and can be taken over', async ({ page }) => {
  goOn = freeze('ci') // it would put back what Git says, whenever it applies
  const name = freshName('drifted')
  const drifted = {
    apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
    kind: 'PubSubTopic',
    metadata: { name, namespace: 'payments-prod', labels: { tier: 'silver', added: 'by-hand' } },
    spec: { messageRetentionDuration: '86400s', resourceID: name },
  }
  await cluster().create(drifted)
  commitToMain(repository, `infra/payments-prod/pubsubtopic-${name}.yaml`, topic(name))
  await signIn(page, 'alice')
  await expect(async () => {
    await cluster().patch(drifted)
    await page.goto(`/resources/demo/payments-prod/${kindKey('PubSubTopic')}/${name}/edit`)
    await expect(page.getByText(/2 fields are different in the cluster/)).toBeVisible({ timeout: 10_000 })
  }).toPass({ timeout: 80_000 })
  await page.getByRole('button', { name: 'Show the fields' }).click()
  await page.getByText(/set in the cluster and not in Git/).click()
  const others = page.getByRole('list', { name: 'Fields that are set in the cluster and not in Git' })
  await expect(others.getByRole('listitem').filter({ hasText: 'metadata.labels.added' })).toContainText('by-hand')
  const list = page.getByRole('list', { name: 'Fields that are different in the cluster' })
  await expect(list.getByRole('listitem')).toHaveCount(2)
  await expect(list).toContainText('silver')
  await expectAccessible(page, 'differences to the cluster')

  await list.getByRole('button', { name: /: metadata\.labels\.tier/ }).click()
  await expect(list.getByText('the same in your text')).toBeVisible()
  await expect.poll(() => readYaml(page)).toContain('tier: silver # agreed with finance')
  await list.getByRole('button', { name: /: spec\.messageRetentionDuration/ }).click()
  await expect(
    form(page)
      .getByLabel(/^Message retention duration/)
      .first(),
  ).toHaveValue('86400s')
  await expect(list.getByText('the same in your text')).toHaveCount(2)
  await expect(yamlEditor(page)).not.toContainText('by-hand')
  await page
    .getByRole('button', { name: 'Discard' })
    .or(page.getByText(/draft saved/))
    .first()
    .waitFor()
})

test.describe('files of other tools', () => {
  test('a file that Kustomize builds from is refused with the reason, and a setter warns at its field', async ({ page }) => {
    const name = freshName('built')
    const folder = `infra/payments-prod/${name}`
    commitToMain(repository, `${folder}/topic.yaml`, topic(name, ' # kpt-set: $' + '{retention}'))
    await signIn(page, 'alice')
    const edit = `/resources/demo/payments-prod/${kindKey('PubSubTopic')}/${name}/edit`
    await page.goto(edit)
    await expect(page.getByText(/Another tool overwrites 1 field/)).toBeVisible()
    await expect(
      form(page)
        .getByText(/The setter .* writes this field/)
        .first(),
    ).toBeVisible()

    commitToMain(repository, `${folder}/kustomization.yaml`, 'resources: [../base]\npatches:\n  - path: topic.yaml\n')
    await page.goto(edit)
    await expect(page.getByRole('heading', { name: `${name} cannot be edited here` })).toBeVisible()
    await expect(page.getByText(/is a Kustomize patch/)).toBeVisible()
    await expect(page.getByRole('link', { name: 'Open what builds it' })).toBeVisible()
    await expectAccessible(page, 'a file that cannot be edited')
  })
})

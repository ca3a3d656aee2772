import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Json } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { fieldAdvice, takesKindAlone } from '#lib/schema/field-advice.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import { validateField } from '#lib/schema/validate.ts'

const kind = compileKind(parse(readFileSync('demo/crds/iampolicymembers.iam.cnrm.cloud.google.com.yaml', 'utf8')))
const at = (...path: string[]) => {
  const node = fieldAt(kind.root, ['spec', ...path])
  if (!node) throw new Error(`spec.${path.join('.')} must exist`)
  return node
}

test.each<[Json | undefined, RegExp | undefined]>([
  [undefined, undefined],
  [{}, undefined],
  [{ kind: 'StorageBucket' }, /^Name the StorageBucket, or give an external value/],
  [{ kind: 'Folder' }, /^Name the Folder/],
  [{ kind: 'Project' }, /the whole project/],
  [{ kind: 'StorageBucket', name: 'reports' }, undefined],
  [{ kind: 'StorageBucket', external: 'reports' }, undefined],
  // the schema speaks first
  [{ kind: 'StorageBucket', namespace: 'other' }, undefined],
  ['StorageBucket', undefined],
])('a reference %j', (value, said) => {
  const advice = fieldAdvice(at('resourceRef'), value)
  if (said) {
    expect(advice).toMatch(said)
    // a warning where the schema has nothing to say
    expect(validateField(at('resourceRef'), value)).toEqual([])
  } else expect(advice).toBeUndefined()
})

test.each([
  ['roles/owner', /reaches everything/],
  ['roles/viewer', /reaches everything/],
  ['roles/storage.objectViewer', undefined],
  ['projects/a/roles/owner', undefined],
])('the role %s', (role, said) => {
  const advice = fieldAdvice(at('role'), role)
  if (said) expect(advice).toMatch(said)
  else expect(advice).toBeUndefined()
})

test.each([
  ['bob@example.com', /such as user:bob@example\.com/],
  ['api@payments.iam.gserviceaccount.com', /such as serviceAccount:api@/],
  ['bob', /such as user:ann@example\.com/],
  ['user:bob@example.com', undefined],
  ['principal://iam.googleapis.com/x', undefined],
  ['allUsers', undefined],
])('the member %s', (member, said) => {
  const advice = fieldAdvice(at('member'), member)
  if (said) expect(advice).toMatch(said)
  else expect(advice).toBeUndefined()
})

test('a kind alone is a reference only where the schema has a choice that says so', () => {
  const node = at('resourceRef')
  if (node.type !== 'reference') throw new Error('a reference')
  expect(takesKindAlone(node, 'Project')).toBe(true)
  const { choices: _, ...without } = node
  expect(takesKindAlone(without, 'Project')).toBe(false)
  expect(takesKindAlone({ ...node, children: node.children.filter(({ key }) => key !== 'kind') }, 'Project')).toBe(false)
})

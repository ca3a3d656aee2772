import { expect, test } from 'vitest'
import { crumbsOf, isAt } from './places.ts'
import { themeOf } from './theme.ts'

test.each([
  ['/', ['Home']],
  ['/resources', ['Resources']],
  ['/projects/payments-prod', ['Projects', 'payments-prod']],
  ['/create/StorageBucket.storage.x', ['Create', 'StorageBucket']],
  ['/import/0190', ['Import', 'One import']],
  ['/create/blueprint/redis', ['Create', 'redis']],
  ['/resources/demo/payments-prod/SQLInstance.sql.x/orders-db', ['payments-prod', 'SQLInstance', 'orders-db']],
  ['/resources/demo/payments-prod/SQLInstance.sql.x/orders-db/edit', ['payments-prod', 'SQLInstance', 'orders-db', 'Edit']],
  ['/resources/%zz', ['Resources', '%zz']],
])('at %s the breadcrumbs are %j', (path, titles) => {
  expect(crumbsOf(path).map(({ title }) => title)).toEqual(titles)
})

test('the page itself is no link, all before it are', () => {
  const crumbs = crumbsOf('/resources/demo/payments-prod/SQLInstance.sql.x/orders-db')
  expect(crumbs.map(({ href }) => href)).toEqual([
    '/projects/payments-prod?cluster=demo',
    '/resources?cluster=demo&namespace=payments-prod&kind=SQLInstance.sql.x',
    undefined,
  ])
})

test('a place is where its pages are, and home only at home', () => {
  expect([isAt('/', '/'), isAt('/', '/projects'), isAt('/projects', '/projects/a'), isAt('/projects', '/projects-old')]).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test("an unknown theme is the system's", () =>
  expect([themeOf('dark'), themeOf('pink'), themeOf(undefined)]).toEqual(['dark', 'system', 'system']))

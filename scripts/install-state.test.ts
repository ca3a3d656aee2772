import { describe, expect, test } from 'vitest'
import { staleness } from './install-state.mjs'

const library = { version: '1.0.0', integrity: 'sha512-a' }
const otherPlatform = { version: '2.0.0', integrity: 'sha512-b', optional: true }
const manifest = { dependencies: { library: '1.0.0' } }
const complete = {
  manifest,
  lock: { packages: { '': manifest, 'node_modules/library': library, 'node_modules/windows-only': otherPlatform } },
  installed: { packages: { 'node_modules/library': library } },
  interrupted: false,
  ownRuntime: false,
  exists: (_path: string) => true,
}

describe('an install', () => {
  test('that matches the lock file is used as it is, without packages of other platforms', () => {
    expect(staleness(complete)).toBeUndefined()
  })

  test.each([
    ['was interrupted', { interrupted: true }, 'the last install was interrupted'],
    ['was never made', { installed: undefined }, 'node_modules is missing'],
    ['cannot be judged', { lock: undefined }, 'package.json or package-lock.json cannot be read'],
    ['is older than package.json', { manifest: { dependencies: { library: '1.1.0' } } }, 'dependencies of package.json changed'],
    [
      'has another version',
      { installed: { packages: { 'node_modules/library': { ...library, version: '0.9.0' } } } },
      'node_modules/library is not at 1.0.0',
    ],
    [
      'has other content',
      { installed: { packages: { 'node_modules/library': { ...library, integrity: 'sha512-x' } } } },
      'node_modules/library is not at 1.0.0',
    ],
    ['lacks a package', { installed: { packages: {} } }, 'node_modules/library is not at 1.0.0'],
    ['lacks a folder', { exists: (path: string) => path !== 'node_modules/library' }, 'node_modules/library is missing'],
    ['lacks Node 24', { exists: (path: string) => path !== 'node_modules/.bin/node' }, 'Node 24 is missing from node_modules'],
  ])('that %s is made again', (_, change, reason) => {
    expect(staleness({ ...complete, ...change })).toBe(reason)
  })

  test('needs no packaged Node where the user has one that serves', () => {
    expect(staleness({ ...complete, ownRuntime: true, exists: (path: string) => path !== 'node_modules/.bin/node' })).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { validateResource } from '#lib/schema/validate.ts'
import type { AccountEntry } from './account.ts'
import { convertAsset } from './convert-asset.ts'
import type { KindTable } from './kind-table.ts'
import { sampleCatalogue } from './sample-kinds.ts'
import type { MappingContext } from './to-manifest.ts'

const catalogue = sampleCatalogue()
const ovenName = '//bakery.googleapis.com/projects/corner-shop/zones/europe-west1-b/ovens/big-oven'
const rackName = '//bakery.googleapis.com/projects/corner-shop/locations/europe-west1/racks/tall'

const asset = (data: JsonObject, name = ovenName, assetType = 'bakery.googleapis.com/Oven'): JsonObject => ({
  name,
  assetType,
  resource: { data },
})
const convert = (value: Json, context: MappingContext = {}) => convertAsset(value, catalogue, context)
const specOf = (data: JsonObject) => valueAt(convert(asset(data)).manifests[0], ['spec'])
const fates = (entries: AccountEntry[] = []) => Object.fromEntries(entries.map(({ from, fate }) => [from.join('.'), fate]))

describe('who the resource is', () => {
  test('the manifest carries id, project, place and the deletion policy that keeps the live resource', () => {
    const { manifests } = convert(asset({ name: 'big-oven', heat: 230 }))
    expect(manifests).toEqual([
      {
        apiVersion: 'bakery.cnrm.cloud.google.com/v1beta1',
        kind: 'BakeryOven',
        metadata: {
          name: 'big-oven',
          annotations: { 'cnrm.cloud.google.com/deletion-policy': 'abandon', 'cnrm.cloud.google.com/project-id': 'corner-shop' },
        },
        spec: { resourceID: 'big-oven', zone: 'europe-west1-b', heat: 230 },
      },
    ])
  })

  test('the export form is read like the form of the API', () => {
    const exported = { name: ovenName, asset_type: 'bakery.googleapis.com/Oven', resource: { data: { heat: 1 } } }
    expect(convert(exported)).toEqual(convert(asset({ heat: 1 })))
  })

  test('a project number becomes the id when the import knows it', () => {
    const numbered = asset(
      { shelves: 3 },
      '//bakery.googleapis.com/projects/12345/locations/global/racks/low',
      'bakery.googleapis.com/Rack',
    )
    const { manifests } = convert(numbered, { projectIds: new Map([['12345', 'corner-shop']]) })
    expect(valueAt(manifests[0], ['spec', 'projectRef', 'external'])).toMatch(/^(?:projects\/)?corner-shop$/)
  })

  test('a project that data name by number is the one of the name', () => {
    const data = { shelves: 3, name: 'projects/12345/locations/europe-west1/racks/tall', parent: 'projects/12345' }
    const { manifests, account } = convert(asset(data, rackName, 'bakery.googleapis.com/Rack'))
    expect(valueAt(manifests[0], ['spec', 'projectRef', 'external'])).toMatch(/^(?:projects\/)?corner-shop$/)
    expect(account?.entries.find(({ from }) => from[0] === 'parent')).toMatchObject({ fate: 'written', by: 'identity' })
  })

  test('a name in the data that is the asset’s own does not fill a field called name', () => {
    const name = '//bakery.googleapis.com/projects/corner-shop/couriers/fast'
    const data = { name: 'projects/corner-shop/couriers/fast', firstBus: 'projects/corner-shop/buses/b', usualVehicle: 'v1' }
    const { manifests } = convert(asset(data, name, 'bakery.googleapis.com/Courier'))
    expect(valueAt(manifests[0], ['spec', 'name'])).toBeUndefined()
  })

  test('what only its parent tells stands in that', () => {
    const { manifests } = convert(
      asset({ words: 'x', parent: 'organizations/88' }, '//bakery.googleapis.com/shelfLabels/s', 'bakery.googleapis.com/ShelfLabel'),
    )
    expect(valueAt(manifests[0], ['metadata', 'annotations', 'cnrm.cloud.google.com/organization-id'])).toBe('88')
  })

  test('an organization of a service is no organization of the cloud', () => {
    const annotations = (id: string) =>
      valueAt(
        convert(asset({ words: 'x' }, `//bakery.googleapis.com/organizations/${id}/shelfLabels/s`, 'bakery.googleapis.com/ShelfLabel'))
          .manifests[0],
        ['metadata', 'annotations', 'cnrm.cloud.google.com/organization-id'],
      )
    expect([annotations('bakers-guild'), annotations('88')]).toEqual([undefined, '88'])
  })

  test.each([
    ['a project', 'cloudresourcemanager.googleapis.com%2Fprojects%2Fcorner-shop', { projectRef: 'corner-shop' }],
    ['a folder', 'cloudresourcemanager.googleapis.com%2Ffolders%2F77', { folderRef: '77' }],
    ['an organization', 'cloudresourcemanager.googleapis.com%2Forganizations%2F88', { organizationRef: '88' }],
  ])('a name that holds the name of %s stands in it', (_, point, reference) => {
    const { manifests } = convert(
      asset({ words: 'no dogs' }, `//bakery.googleapis.com/policies/${point}/rules/r`, 'bakery.googleapis.com/Rule'),
    )
    const [[key, id] = []] = Object.entries(reference)
    expect(valueAt(manifests[0], ['spec', key ?? '', 'external'])).toMatch(new RegExp(`(?:^|/)${id}$`))
    expect(valueAt(manifests[0], ['spec', 'resourceID'])).toBe('r')
  })

  test.each([
    ['UPPER_case.Name', 'upper-case.name'],
    ['../../etc', 'etc'],
    ['%2F%2Fstorage', 'storage'],
    ['ö', 'o'],
    ['----', 'resource'],
  ])('the id %s gives a manifest the name %s', (id, name) => {
    const path = `//bakery.googleapis.com/projects/corner-shop/zones/z/ovens/x`
    expect(
      valueAt(convert(asset({ name: `projects/corner-shop/ovens/${id.replaceAll('/', '-')}` }, path)).manifests[0], ['metadata', 'name']),
    ).toBe(name)
  })
})

describe('where values go', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['text to a number', { heat: '230' }, { heat: 230 }],
    ['a link to its short name', { machineType: 'zones/z/machineTypes/hot-2' }, { machineType: 'hot-2' }],
    ['a link to a reference', { network: 'projects/p/global/networks/n' }, { networkRef: { external: 'projects/p/global/networks/n' } }],
    ['a list of links to references', { racks: ['projects/p/racks/a'] }, { rackRefs: [{ external: 'projects/p/racks/a' }] }],
    [
      'plural to singular',
      { doors: [{ handle: 'left' }] },
      { door: [{ handle: 'left', locked: undefined }].map(({ handle }) => ({ handle })) },
    ],
    ['an object to a list of one', { door: { handle: 'left' } }, { door: [{ handle: 'left' }] }],
    ['a list of one to an object', { windows: [{ pane: 'glass' }] }, { window: { pane: 'glass' } }],
    ['a bare value into its wrapper', { window: 'glass' }, { window: { pane: 'glass' } }],
    ['an object to JSON text', { recipe: { flour: 1, water: 2 } }, { recipe: '{"flour":1,"water":2}' }],
    ['a map to keys and values', { setting: { fan: 'on' } }, { setting: [{ key: 'fan', value: 'on' }] }],
    ['wrapper and field in one name', { light: { color: 'red' } }, { lightColor: 'red' }],
    ['out of a wrapper', { heating: { heat: 5 } }, { heat: 5 }],
    [
      'a link to the reference of its sort',
      { target: 'projects/p/ovens/o' },
      { target: { bakeryOvenRef: { external: 'projects/p/ovens/o' } } },
    ],
    ['a switch in capitals', { timer: { on: 'TRUE' } }, { timer: { on: true } }],
    ['a word beside links', { target: 'all-racks' }, { target: { word: 'all-racks' } }],
    ['a link to something whose name is the end of another name', { source: 'projects/p/bookings/b' }, {}],
    ['members by their sort', { guests: ['user:ann@example.com'] }, { guests: [{ user: 'user:ann@example.com' }] }],
    [
      'a link and its number',
      { networkId: '77', network: 'projects/p/global/networks/n' },
      { networkRef: { external: 'projects/p/global/networks/n' } },
    ],
    ['another spelling', { light_color: 'red' }, { lightColor: 'red' }],
    ['an object without fields that is there', { steam: {} }, { steam: {} }],
    ['an object that takes any keys and has none', { rest: {} }, { rest: {} }],
    ['an object that takes any keys', { rest: { on: ['rack'] } }, { rest: { on: ['rack'] } }],
    ['an object without fields in a list', { programs: [{ idle: {} }, { title: 'rye' }] }, { programs: [{ idle: {} }, { title: 'rye' }] }],
    ['an entry that only says which object it is', { programs: [{ window: {} }] }, { programs: [{ window: {} }] }],
    [
      'a named entry that only says which object it is',
      { shelves: [{ name: 'a', drawer: {} }, { name: 'b' }] },
      { shelves: [{ name: 'a', drawer: {} }, { name: 'b' }] },
    ],
    ['nothing where objects have fields', { programs: [{}, { title: '' }], window: {}, timer: {} }, {}],
    ['a place as the kind shows it', { bakedAt: ['regions/bread-land1'] }, { bakedAt: ['regions/bread-land1'] }],
    [
      'a place in full',
      { bakedAt: ['projects/p/regions/b1'], shownAt: ['projects/p/regions/b1', 'regions/b2'] },
      {
        bakedAt: ['projects/p/regions/b1'],
        shownAt: ['b1', 'regions/b2'],
      },
    ],
    ['a plural of a word that ends in s', { signal: 'projects/p/buses/b' }, { bakeryBusRef: { external: 'projects/p/buses/b' } }],
    [
      'the id of what a list is called after',
      { guests: [{ id: 'g1' }, { mood: 'x' }] },
      { guests: [{ guestRef: { external: 'g1' } }, { mood: 'x' }] },
    ],
    [
      'a link to a reference that says no kind but in its key',
      { backup: 'projects/p/ovens/o' },
      { spareOvenRef: { external: 'projects/p/ovens/o' } },
    ],
    [
      'keys that one object asks for together',
      { booking: { consumeReservationType: 'SPECIFIC', key: 'slot', values: ['noon'] } },
      { booking: { type: 'SPECIFIC', chosenSlot: { key: 'slot', values: ['noon'] } } },
    ],
    ['a switch that is off and asked for', { timer: { minutes: 3 } }, { timer: { on: false, minutes: 3 } }],
  ])('%s', (_, data, spec) => {
    expect(specOf(data)).toEqual({ resourceID: 'big-oven', zone: 'europe-west1-b', ...spec })
  })

  test('a reference to a resource of the same import is by name', () => {
    const { manifests } = convert(asset({ network: 'projects/p/global/networks/n' }), {
      resolve: (external) => (external.endsWith('/n') ? { kind: 'ComputeNetwork', name: 'our-net', namespace: 'net' } : undefined),
    })
    expect(valueAt(manifests[0], ['spec', 'networkRef'])).toEqual({ name: 'our-net', namespace: 'net' })
  })

  test('a reference that the kind asks for takes the only link that fits it', () => {
    const name = '//bakery.googleapis.com/projects/corner-shop/couriers/fast'
    const data = { destination: 'projects/corner-shop/buses/b', from: 'projects/corner-shop/ovens/o', usualVehicle: 'v1' }
    const { manifests } = convert(asset(data, name, 'bakery.googleapis.com/Courier'))
    expect(valueAt(manifests[0], ['spec', 'firstBusRef', 'external'])).toBe('projects/corner-shop/buses/b')
  })

  test('a reference that the kind asks for may have a longer name', () => {
    const name = '//bakery.googleapis.com/projects/corner-shop/couriers/fast'
    const { manifests } = convert(
      asset({ firstBusRef: 'projects/corner-shop/buses/b', vehicleName: 'v1' }, name, 'bakery.googleapis.com/Courier'),
    )
    expect(valueAt(manifests[0], ['spec', 'usualVehicleRef', 'external'])).toBe('v1')
  })

  test.each([
    ['the project that works for it', { bakersProjectId: 'x-tp' }, 'corner-shop'],
    ['a project it talks of', { caterer: 'projects/other-shop', projects: ['projects/other-shop'] }, 'corner-shop'],
    ['a container of another sort', { parent: 'organizations/5' }, 'corner-shop'],
  ])('where it stands is not %s', (_, data, project) => {
    const { manifests } = convert(asset({ shelves: 3, ...data }, rackName, 'bakery.googleapis.com/Rack'))
    expect(valueAt(manifests[0], ['spec', 'projectRef', 'external'])).toMatch(new RegExp(`(?:^|/)${project}$`))
  })

  test('a field is not guessed twice: the key of its own name wins', () => {
    expect(specOf({ heating: { heat: 5 }, heat: 7 })).toMatchObject({ heat: 7 })
  })

  test('the resource a name stands below becomes a reference', () => {
    const name = '//bakery.googleapis.com/projects/corner-shop/locations/l/ovens/big-oven/racks/tall'
    const { manifests } = convert(asset({ shelves: 3 }, name, 'bakery.googleapis.com/Rack'))
    expect(valueAt(manifests[0], ['spec', 'bakeryOvenRef', 'external'])).toBe('projects/corner-shop/locations/l/ovens/big-oven')
  })
})

describe('the account', () => {
  test('tells what became of every leaf', () => {
    const data = {
      name: 'big-oven',
      heat: 230,
      etag: 'x',
      bakedOn: 'Monday',
      window: {},
      mode: 'MODE_UNSPECIFIED',
      password: 'hunter2',
      smell: 'of bread',
      labels: { team: 'bread' },
    }
    expect(fates(convert(asset(data)).account?.entries)).toEqual({
      name: 'written',
      heat: 'written',
      etag: 'output-only',
      bakedOn: 'output-only',
      window: 'default',
      mode: 'default',
      password: 'unreadable',
      smell: 'unmapped',
      'labels.team': 'written',
    })
  })

  test('what the status shows is the service’s word, at any depth', () => {
    const data = {
      window: { pane: 'glass', maker: 'x', thermostatReading: 7 },
      programs: [{ title: 'rye', runs: 3 }],
      steam: { maker: 'y' },
    }
    expect(fates(convert(asset(data)).account?.entries)).toEqual({
      'window.pane': 'written',
      'window.maker': 'output-only',
      'window.thermostatReading': 'output-only',
      'programs.0.title': 'written',
      'programs.0.runs': 'output-only',
      'steam.maker': 'unmapped',
    })
  })

  test('what is off or unspecified all through is what unset means', () => {
    const data = { smell: { enabled: false, mode: 'MODE_UNSPECIFIED', strength: 0 }, taste: { enabled: true, strength: 0 } }
    expect(fates(convert(asset(data)).account?.entries)).toEqual({
      'smell.enabled': 'default',
      'smell.mode': 'default',
      'smell.strength': 'default',
      'taste.enabled': 'unmapped',
      'taste.strength': 'unmapped',
    })
  })

  test('the name of a secret is none', () => {
    expect(specOf({ guests: [{ secret: 'grandmas-rye' }] })).toMatchObject({ guests: [{ secret: 'grandmas-rye' }] })
  })

  test('a secret never reaches a manifest', () => {
    expect(JSON.stringify(convert(asset({ password: 'hunter2', door: [{ handle: 'x', token: 'hunter2' }] })).manifests)).not.toContain(
      'hunter2',
    )
  })

  test('what lacks a field that the kind asks for is taken back and said', () => {
    const { account, manifests } = convert(asset({ doors: [{ locked: true }] }))
    expect(valueAt(manifests[0], ['spec', 'door'])).toBeUndefined()
    expect(fates(account?.entries)).toEqual({ 'doors.0.locked': 'unmapped' })
  })
})

const nested = (levels: number): Json => {
  let value: Json = 'flour'
  for (let at = 0; at < levels; at += 1) value = [value]
  return value
}

describe('refusals and verdicts', () => {
  test.each<[string, Json, string]>([
    ['no object', 7, 'malformed'],
    ['no type', { name: ovenName }, 'malformed'],
    ['no data', { name: ovenName, assetType: 'bakery.googleapis.com/Oven' }, 'malformed'],
    ['a name with a character that turns the text', asset({}, '//bakery.googleapis.com/projects/p/ovens/\u202egnp'), 'malformed'],
    ['an asset nested without end', asset({ recipe: nested(5000) }), 'malformed'],
    ['an unknown type', asset({}, ovenName, 'moon.googleapis.com/Crater'), 'unsupported'],
    ['a label that ends in a dash', asset({ labels: { team: 'bread-' } }), 'labels'],
    ['what stands in nothing', asset({ words: 'x' }, '//bakery.googleapis.com/rules/r', 'bakery.googleapis.com/Rule'), 'does-not-fit'],
    ['no place for a kind that asks for one', asset({}, '//bakery.googleapis.com/projects/p/ovens/o'), 'does-not-fit'],
  ])('%s is refused as %s', (_, value, reason) => {
    const { refused, manifests } = convert(value)
    expect(refused?.reason).toBe(reason)
    expect(manifests).toEqual([])
  })

  test('a label that the service itself set is left to it', () => {
    const labels = { 'ovens.googleapis.com/heated': 'yes', team: 'bread' }
    const { manifests, account } = convert(asset({ labels }))
    expect(valueAt(manifests[0], ['metadata', 'labels'])).toEqual({ team: 'bread' })
    expect(fates(account?.entries)).toEqual({ 'labels.ovens.googleapis.com/heated': 'output-only', 'labels.team': 'written' })
    const only = convert(asset({ labels: { 'ovens.googleapis.com/heated': 'yes' } }))
    expect(fates(only.account?.entries)).toEqual({ 'labels.ovens.googleapis.com/heated': 'output-only' })
    expect(only.refused).toBeNull()
  })

  test('adoption adds its label where there are labels without it', () => {
    expect(convert(asset({ labels: { team: 'bread' } })).verdict?.verdict).toBe('adds-label')
    expect(convert(asset({ labels: { 'managed-by-cnrm': 'true' } })).verdict?.verdict).toBe('nothing-changes')
    expect(convert(asset({ heat: 1 })).verdict?.verdict).toBe('nothing-changes')
  })

  test('fields left out worry only where the controller may clear them', () => {
    const rack = convert(asset({ smell: 'x' }, rackName, 'bakery.googleapis.com/Rack'))
    expect(rack.verdict).toMatchObject({ verdict: 'cannot-tell', fields: [['smell']] })
    expect(convert(asset({ smell: 'x' })).verdict?.verdict).toBe('nothing-changes')
  })

  test.each([
    ['today', 'today', {}, null],
    ['what the manifest cannot be called', 'Today_Only', {}, expect.stringContaining('would make another one')],
    ['what a field of the spec says too', 'Today_Only', { shelf: 'Today_Only' }, null],
    ['what a field says in full', 'bread.example.com/rye/Dark_Loaf', { shelf: 'bread.example.com/rye/Dark_Loaf' }, null],
    ['of which there is only one', undefined, {}, null],
  ])('of a kind without a field for the id: %s', (_, id, data, makesAnother) => {
    const name = `//bakery.googleapis.com/projects/corner-shop/${id === undefined ? 'shelfLabel' : `shelfLabels/${id}`}`
    const found = convert(asset({ words: 'fresh', ...data }, name, 'bakery.googleapis.com/ShelfLabel'))
    expect(found.makesAnother).toEqual(makesAnother)
    expect(found.verdict?.verdict === 'would-change').toBe(makesAnother !== null)
  })

  test('a secret that the kind asks for and nobody can read would be written empty', () => {
    const { manifests, account, verdict } = convert(asset({ login: { user: 'baker' } }))
    expect(valueAt(manifests[0], ['spec', 'login'])).toEqual({ user: 'baker', credential: {} })
    expect(account?.unreadable).toContainEqual(['spec', 'login', 'credential'])
    expect(verdict).toMatchObject({ verdict: 'would-change', reasons: [expect.stringContaining('spec.login.credential')] })
  })

  test('what a table says would make another one is told, with the reason', () => {
    const why = 'Its controller always builds a new oven.'
    const found = convertAsset(asset({ heat: 1 }), sampleCatalogue([{ kind: 'BakeryOven', makesAnother: why }]), {})
    expect(found).toMatchObject({ makesAnother: why, verdict: { verdict: 'would-change', reasons: [why] } })
  })

  test('an access policy becomes a partial policy, without members that were deleted', () => {
    const bindings = [{ role: 'roles/baker', members: ['user:a@b.test', 'deleted:user:c@b.test?uid=1'] }]
    const { manifests } = convert({ ...asset({ heat: 1 }), iamPolicy: { etag: 'x', bindings } })
    expect(manifests.map(({ kind }) => kind)).toEqual(['BakeryOven', 'IAMPartialPolicy'])
    expect(valueAt(manifests[1], ['spec'])).toEqual({
      resourceRef: { apiVersion: 'bakery.cnrm.cloud.google.com/v1beta1', kind: 'BakeryOven', name: 'big-oven' },
      bindings: [{ role: 'roles/baker', members: [{ member: 'user:a@b.test' }] }],
    })
  })
})

/** The paths of all leaves: scalars, empty objects and empty lists. */
function leavesOf(value: Json, path: string): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, index) => leavesOf(item, `${path}/${index}`))
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.keys(value).flatMap((key) => leavesOf(value[key] ?? null, `${path}/${key}`))
  return [path]
}

describe('on any JSON', () => {
  const keys = fc.constantFrom(
    ...[
      'name',
      'labels',
      'heat',
      'door',
      'doors',
      'window',
      'recipe',
      'setting',
      'settings',
      'target',
      'light',
      'color',
      'timer',
      'on',
      'handle',
      'steam',
      'programs',
      'idle',
      'booking',
      'values',
      'login',
      'shelves',
      'drawer',
    ],
    ...[
      'network',
      'racks',
      'password',
      'tags',
      'key',
      'value',
      'enabled',
      'etag',
      'zone',
      'id',
      'x',
      '__proto__',
      'constructor',
      'toString',
    ],
  )
  const leaf = fc.oneof(
    fc.constantFrom<Json>(
      null,
      '',
      'red',
      'A_UNSPECIFIED',
      'projects/p/racks/a',
      '//x.googleapis.com/a/b',
      'true',
      '12',
      2 ** 60,
      -1,
      0.5,
      true,
      false,
    ),
    fc.string(),
  )
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(keys, tie('tree')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  const data = fc.array(fc.tuple(keys, tree), { maxLength: 8 }).map((entries): JsonObject => Object.fromEntries(entries))

  test('nothing throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          tree,
          data.map((one) => asset(one)),
        ),
        (value) => convert(value) !== undefined,
      ),
      { numRuns: 800 },
    )
  })

  test('every leaf is accounted for exactly once, and the manifest is valid', () => {
    const kind = catalogue.load('BakeryOven')
    fc.assert(
      fc.property(data, (one) => {
        const { account, manifests } = convert(asset(one))
        if (!account || !kind) return
        const counted = account.entries.map(({ from }) => `/${from.join('/')}`).sort()
        const there = Object.keys(one).flatMap((key) => leavesOf(one[key] ?? null, `/${key}`))
        expect(counted).toEqual(there.sort())
        expect(validateResource(kind.compiled, manifests[0] ?? null)).toEqual([])
      }),
      { numRuns: 800 },
    )
  })

  test('what the account calls written stands in a manifest', () => {
    fc.assert(
      fc.property(data, (one) => {
        const { account, manifests } = convert(asset(one))
        for (const { fate, to } of account?.entries ?? [])
          if (fate === 'written') expect(valueAt(manifests[0], to ?? []), JSON.stringify(to)).toBeDefined()
      }),
      { numRuns: 800 },
    )
  })
})

describe('hostile input', () => {
  const hostile = fc.oneof(
    fc.constantFrom<Json>(
      '../../../etc/passwd',
      '..%2f..%2fetc',
      '\u0000\u001b[31m',
      '\u202egnp.exe\u2066',
      '9007199254740993',
      Number.MAX_VALUE,
      -0,
      'x'.repeat(10_000),
      '{{.Provider.project}}',
      '!!js/function',
      'projects/p/../../q',
      '//evil.example.com/a/b',
      'https://www.googleapis.com/compute/v9/projects/p/global/networks/n?x=y#z',
      null,
    ),
    fc.string({ unit: 'binary' }),
  )
  const { nest } = fc.letrec<{ nest: Json }>((tie) => ({
    nest: fc.oneof(
      { depthSize: 'medium' },
      hostile,
      fc.array(tie('nest'), { maxLength: 2 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom('name', 'heat', 'door', '__proto__', 'prototype', 'labels', '*', '0'), fc.string()),
        tie('nest'),
        { maxKeys: 4 },
      ),
    ),
  }))
  const whole = fc.record(
    {
      name: fc.oneof(fc.constantFrom(ovenName, rackName, '//bakery.googleapis.com/projects/../ovens/..', '//x'), fc.string()),
      assetType: fc.constantFrom<Json>('bakery.googleapis.com/Oven', 'bakery.googleapis.com/Rack', 'x', null, 7),
      resource: fc.oneof(nest, fc.record({ data: nest, version: nest })),
      ancestors: nest,
      iamPolicy: fc.oneof(nest, fc.record({ bindings: fc.array(fc.record({ role: nest, members: fc.array(nest), condition: nest })) })),
      updateTime: nest,
    },
    { requiredKeys: [] },
  )

  test('is converted to a valid manifest or refused with a sentence, and never throws', () => {
    fc.assert(
      fc.property(whole, (value) => {
        const { manifests, refused, account } = convert(value)
        expect(manifests.length > 0).toBe(refused === null)
        if (refused) expect(refused.message.length).toBeGreaterThan(10)
        for (const manifest of manifests) {
          const kind = catalogue.load(String(manifest.kind))
          expect(kind && validateResource(kind.compiled, manifest)).toEqual([])
          expect(valueAt(manifest, ['metadata', 'name'])).toMatch(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/)
        }
        const places = account?.entries.map(({ from }) => JSON.stringify(from)) ?? []
        expect(new Set(places).size).toBe(places.length)
      }),
      { numRuns: 1000 },
    )
  })

  test.each<[string, JsonObject, unknown]>([
    ['a number that JSON cannot hold stays out', { heat: '9007199254740993' }, undefined],
    ['an object that has a text of its own where a number is looked for stays out', { smellId: { toString: 7 }, heat: 3 }, 3],
    ['a number past the whole numbers stays out', { heat: 2 ** 60 }, undefined],
    ['a text is kept as it is, whatever it looks like', { lightColor: '../../x' }, undefined],
  ])('%s', (_, data, heat) => {
    expect(valueAt(convert(asset(data)).manifests[0], ['spec', 'heat'])).toBe(heat)
  })

  test('an asset of another version than the table knows is refused with a sentence or converted, leaf by leaf', () => {
    const { account, refused } = convert({
      ...asset({ heat: 1 }),
      resource: { version: 'v99alpha', data: { heat: 1, unheardOf: { a: [1, 2] } } },
    })
    expect(refused).toBeNull()
    expect(fates(account?.entries)).toEqual({ heat: 'written', 'unheardOf.a.0': 'unmapped', 'unheardOf.a.1': 'unmapped' })
  })
})

describe('what only a table knows', () => {
  const withTable = (table: Partial<KindTable>, data: JsonObject, name = ovenName) =>
    convertAsset(asset(data, name), sampleCatalogue([{ kind: 'BakeryOven', ...table }]), {})

  test('a field that the controller fills with the manifest’s name would change, unless it holds it already', () => {
    const table = { nameFills: ['title'] }
    expect(withTable(table, { title: 'Big Oven' }).verdict).toMatchObject({ verdict: 'would-change', fields: [['title']] })
    expect(withTable(table, { title: 'big-oven' }).verdict?.verdict).toBe('nothing-changes')
  })

  test('labels stand where the table says, in the first place that has some', () => {
    const table = { labels: [['signs'], ['marks']] }
    const { manifests, account } = withTable(table, { marks: { team: 'bread' }, signs: null })
    expect(valueAt(manifests[0], ['metadata', 'labels'])).toEqual({ team: 'bread' })
    expect(fates(account?.entries)).toEqual({ 'marks.team': 'written', signs: 'default' })
    expect(fates(withTable(table, { signs: { a: 'b' }, marks: { c: 'd' } }).account?.entries)).toEqual({
      'signs.a': 'written',
      'marks.c': 'unmapped',
    })
    expect(fates(withTable(table, { signs: {} }).account?.entries)).toEqual({ signs: 'default' })
  })

  test('of fields that say the same one stays, and the account says so', () => {
    const table = { exclusive: [{ fields: ['timer', 'heat', 'lightColor'], first: { field: 'lightColor', when: ['wanted'] } }] }
    const both = { heat: 7, lightColor: 'red' }
    expect(valueAt(withTable(table, both).manifests[0], ['spec', 'lightColor'])).toBeUndefined()
    const { manifests, account } = withTable(table, { ...both, wanted: 'light' })
    expect(valueAt(manifests[0], ['spec'])).toMatchObject({ lightColor: 'red' })
    expect(account?.entries.find(({ from }) => from[0] === 'heat')).toEqual({
      from: ['heat'],
      fate: 'output-only',
      why: 'lightColor says the same',
    })
  })
})

describe('values that tell what they are', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['a map in a wrapper', { tags: { tags: { a: 'b' } } }, { tags: { a: 'b' } }],
    ['a list of names and values in a wrapper', { tags: { tag: [{ name: 'a', value: 'b' }] } }, { tags: { a: 'b' } }],
    [
      'an object that only holds a link',
      { network: { uri: 'projects/p/global/networks/n' } },
      { networkRef: { external: 'projects/p/global/networks/n' } },
    ],
    ['a link under a longer name', { backupNetworkUri: 'x' }, { networkRef: { external: 'x' } }],
  ])('%s', (_, data, spec) => {
    expect(specOf(data)).toEqual({ resourceID: 'big-oven', zone: 'europe-west1-b', ...spec })
  })
})

/** Small kinds of our own for the tests of this folder. */
import type { JsonObject } from '#lib/json.ts'
import { type Catalogue, catalogueOf } from './catalogue.ts'
import type { KindTable } from './kind-table.ts'

const text: JsonObject = { type: 'string' }
const flag: JsonObject = { type: 'boolean' }
const whole: JsonObject = { type: 'integer' }
const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
const map: JsonObject = { type: 'object', additionalProperties: { type: 'string' } }
const object = (properties: JsonObject, ...required: string[]): JsonObject => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
})
const reference = (kind: string): JsonObject => ({
  ...object({
    external: { type: 'string', description: `Allowed value: The \`selfLink\` field of a \`${kind}\` resource.` },
    name: text,
    namespace: text,
  }),
  oneOf: [
    { required: ['name'], not: { required: ['external'] } },
    { required: ['external'], not: { anyOf: [{ required: ['name'] }, { required: ['namespace'] }] } },
  ],
})
/** An object without fields: its being there is the choice. */
const bare: JsonObject = { type: 'object' }
const nameless: JsonObject = object({ external: text, name: text, namespace: text })
const secret: JsonObject = object({
  value: text,
  valueFrom: object({ secretKeyRef: object({ name: text, key: text }) }),
})

const definition = (kind: string, group: string, generated: boolean, spec: JsonObject): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${group}`, labels: generated ? { 'cnrm.cloud.google.com/tf2crd': 'true' } : {} },
  spec: {
    group,
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec,
              status: object({
                observedState: object({
                  thermostatReading: whole,
                  bakedOn: text,
                  window: object({ maker: text }),
                  programs: list(object({ runs: whole })),
                }),
                observedGeneration: whole,
              }),
            },
          },
        },
      },
    ],
  },
})

const definitions: JsonObject[] = [
  definition(
    'BakeryOven',
    'bakery.cnrm.cloud.google.com',
    true,
    object(
      {
        resourceID: text,
        zone: text,
        heat: whole,
        machineType: text,
        networkRef: reference('ComputeNetwork'),
        rackRefs: list(reference('BakeryRack')),
        door: list(object({ handle: text, locked: flag }, 'handle')),
        window: object({ pane: text }),
        recipe: { type: 'string', description: 'The recipe as JSON.' },
        setting: list(object({ key: text, value: text })),
        target: object({ word: text, bakeryRackRef: reference('BakeryRack'), bakeryOvenRef: reference('BakeryOven') }),
        lightColor: text,
        password: secret,
        timer: object({ on: flag, minutes: whole }, 'on'),
        tags: map,
        steam: bare,
        rest: { ...bare, 'x-kubernetes-preserve-unknown-fields': true },
        programs: list(object({ title: text, idle: bare, window: object({ pane: text }) })),
        bakedAt: { ...list(text), description: 'Where it bakes. For example, ["regions/bread-land1"].' },
        shownAt: list(text),
        bakeryBusRef: reference('BakeryBus'),
        spareOvenRef: nameless,
        shelves: list(object({ name: text, drawer: object({ depth: whole }) }, 'name')),
        overbookingRef: reference('BakeryOverbooking'),
        guests: list(
          object({ guestRef: nameless, mood: text, user: text, secret: { type: 'string', description: 'Name of the secret.' } }),
        ),
        booking: object({ type: text, chosenSlot: object({ key: text, values: list(text) }, 'key', 'values') }, 'type'),
        login: object({ user: text, credential: object({ secretRef: object({ name: text, namespace: text }) }) }, 'credential'),
      },
      'zone',
    ),
  ),
  definition(
    'BakeryRack',
    'bakery.cnrm.cloud.google.com',
    false,
    object(
      {
        resourceID: text,
        projectRef: reference('Project'),
        location: text,
        labels: map,
        shelves: whole,
        bakeryOvenRef: reference('BakeryOven'),
      },
      'location',
      'projectRef',
    ),
  ),
  definition(
    'BakeryRule',
    'bakery.cnrm.cloud.google.com',
    false,
    object({
      resourceID: text,
      projectRef: reference('Project'),
      folderRef: reference('Folder'),
      organizationRef: reference('Organization'),
      words: text,
    }),
  ),
  // asks for a resource of a service that says it under another name
  definition(
    'BakeryCourier',
    'bakery.cnrm.cloud.google.com',
    false,
    object(
      {
        resourceID: text,
        firstBusRef: reference('BakeryBus'),
        secondBusRef: reference('BakeryBus'),
        projectRef: reference('Project'),
        usualVehicleRef: nameless,
        name: text,
      },
      'firstBusRef',
      'usualVehicleRef',
    ),
  ),
  // known by the name of its manifest alone
  definition('BakeryShelfLabel', 'bakery.cnrm.cloud.google.com', true, object({ shelf: text, words: text })),
  definition(
    'IAMPartialPolicy',
    'iam.cnrm.cloud.google.com',
    false,
    object({
      resourceRef: object({ apiVersion: text, kind: text, name: text, external: text }, 'kind'),
      bindings: list(
        object({ role: text, members: list(object({ member: text })), condition: object({ title: text, expression: text }) }, 'role'),
      ),
    }),
  ),
]

/** The catalogue of the sample kinds. */
export function sampleCatalogue(tables: readonly KindTable[] = []): Catalogue {
  const heads = definitions.map((one) => ({ kind: String(kindOf(one)), group: String(groupOf(one)) }))
  return catalogueOf(heads, ({ kind }) => definitions.find((one) => kindOf(one) === kind) ?? {}, tables)
}

const specOf = (one: JsonObject): JsonObject =>
  typeof one.spec === 'object' && one.spec !== null && !Array.isArray(one.spec) ? one.spec : {}
const groupOf = (one: JsonObject) => specOf(one).group
const kindOf = (one: JsonObject) => {
  const { names } = specOf(one)
  return typeof names === 'object' && names !== null && !Array.isArray(names) ? names.kind : undefined
}

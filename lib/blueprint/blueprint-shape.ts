/** The YAML of blueprints and kind hints as Zod schemas: what keys there are, and what stands in them. */
import { z } from 'zod'
import {
  type Blueprint,
  blueprintApiVersion,
  blueprintIcons,
  type Condition,
  projectFacts,
  type Question,
  type Source,
  type ValueRecipe,
} from '#lib/blueprint/blueprint.ts'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'

// Proof of the casts: what is read here comes out of a YAML document that was read as JSON before.
const json = z.custom<Json>((value) => value !== undefined, 'is missing')
const jsonObject = z.custom<JsonObject>(isObject, 'must be a mapping')

const words = (most: number) => z.string('must be text').trim().min(1, 'is empty').max(most, `is longer than ${most} characters`)
const kindKey = z
  .string('must be text')
  .regex(/^[A-Z][A-Za-z0-9]*\.[a-z0-9][a-z0-9.-]*$/, 'must be a kind with its group, such as StorageBucket.storage.cnrm.cloud.google.com')
const answerName = z.string('must be text').regex(/^[a-z][A-Za-z0-9]{0,62}$/, 'must be letters and digits, the first one a small letter')
const answerPath = z.union(
  [words(63).transform((key) => [key]), z.array(words(63)).min(1, 'is empty')],
  'must be the name of a question, or a list of keys',
)
const itemPath = z.union([words(63).transform((key) => [key]), z.array(words(63))], 'must be a key of the item, or a list of keys')
const documentPath = z
  .array(
    z.union([z.string().min(1), z.int().min(0).max(999)], 'must be a key or an index below 1000'),
    'must be a list of keys: [spec, location]',
  )
  .min(1, 'is empty')

const sourceKeys = ['value', 'from', 'item', 'position', 'nameOf', 'project', 'join'] as const
const sourceShape = {
  value: json.optional(),
  from: answerPath.optional(),
  item: itemPath.optional(),
  position: z.literal(true, 'must be true').optional(),
  nameOf: words(63).optional(),
  project: z.enum(projectFacts, `must be one of ${projectFacts.join(', ')}`).optional(),
  get join() {
    return z
      .array(z.union([z.string(), source], 'must be text, or a source such as { from: name }'), 'must be a list')
      .min(1, 'is empty')
      .optional()
  },
}

const given = (value: object, keys: readonly string[]): string[] => keys.filter((key) => Object.hasOwn(value, key))

/** Demands exactly one of some keys. */
const oneOf =
  (keys: readonly string[], what: string) =>
  (context: { value: object; issues: z.core.$ZodRawIssue[] }): void => {
    const found = given(context.value, keys)
    if (found.length === 1) return
    const message =
      found.length === 0 ? `needs ${what}: one of ${keys.join(', ')}` : `has ${found.join(' and ')}; only one ${what} is possible`
    context.issues.push({ code: 'custom', message, input: context.value })
  }

const source: z.ZodType<Source> = z
  .strictObject(sourceShape)
  .check(oneOf(sourceKeys, 'source of the value'))
  // Proof: exactly one key is there, and its value was parsed by its own schema.
  .transform((value) => value as Source)

const condition: z.ZodType<Condition> = z
  .strictObject({
    answer: answerPath.optional(),
    item: itemPath.optional(),
    is: z.enum(['set', 'unset'], 'must be set or unset').optional(),
    equals: json.optional(),
    oneOf: z.array(json, 'must be a list of values').min(1, 'is empty').optional(),
    get all() {
      return z.array(condition).min(1, 'is empty').optional()
    },
    get any() {
      return z.array(condition).min(1, 'is empty').optional()
    },
    get not() {
      return condition.optional()
    },
  })
  .check((context) => {
    oneOf(['answer', 'item', 'all', 'any', 'not'], 'subject')(context)
    if (given(context.value, ['answer', 'item']).length === 1) oneOf(['is', 'equals', 'oneOf'], 'comparison')(context)
    else if (given(context.value, ['is', 'equals', 'oneOf']).length > 0)
      context.issues.push({ code: 'custom', message: 'compares nothing: name an answer beside it', input: context.value })
  })
  // Proof: the check above leaves a comparison, or exactly one of all, any and not.
  .transform((value) => value as Condition)

const valueRecipe: z.ZodType<ValueRecipe> = z
  .strictObject({
    path: documentPath,
    when: condition.optional(),
    ...sourceShape,
    get join() {
      return sourceShape.join
    },
    append: z.literal(true, 'must be true').optional(),
    repeat: answerPath.optional(),
    get values() {
      return z.array(valueRecipe).min(1, 'is empty').optional()
    },
  })
  .check((context) => {
    oneOf([...sourceKeys, 'values'], 'source of the value')(context)
    const { repeat, append, values } = context.value
    if (repeat && !values) context.issues.push({ code: 'custom', message: 'repeats nothing: give values beside it', input: context.value })
    if (values && !repeat && !append)
      context.issues.push({ code: 'custom', message: 'has values, which need repeat or append beside them', input: context.value })
  })
  .transform(({ path, when, append, repeat, values, ...rest }): ValueRecipe => {
    const head = { path, ...(when ? { when } : {}), ...(append ? { append } : {}) }
    if (values) return { ...head, ...(repeat ? { repeat } : {}), values }
    return { ...head, source: rest as Source } // proof: exactly one key of a source is left
  })

const question: z.ZodType<Question> = z
  .strictObject({
    name: answerName,
    title: words(100),
    help: words(1000).optional(),
    required: z.boolean('must be true or false').optional(),
    when: condition.optional(),
    schema: jsonObject,
  })
  .transform(({ name, title, help, required, when, schema }) => ({
    name,
    title,
    ...(help ? { help } : {}),
    ...(required ? { required: true as const } : {}),
    ...(when ? { when } : {}),
    schema,
  }))

const manifestRecipe = z
  .strictObject({
    id: words(63).optional(),
    kind: kindKey,
    title: words(100).optional(),
    name: z.union(
      [source, answerPath.transform((from): Source => ({ from }))],
      'must be the name of a question, or a source such as { join: … }',
    ),
    when: condition.optional(),
    repeat: answerPath.optional(),
    shared: z.boolean('must be true or false').optional(),
    manifest: jsonObject.optional(),
    values: z.array(valueRecipe, 'must be a list').optional(),
  })
  .transform(({ id, kind, title, name, when, repeat, shared, manifest, values }) => ({
    id: id ?? '',
    kind,
    title: title ?? '',
    name,
    ...(when ? { when } : {}),
    ...(repeat ? { repeat } : {}),
    ...(shared ? { shared: true as const } : {}),
    manifest: manifest ?? {},
    values: values ?? [],
  }))

const metadata = z.looseObject({
  name: z.string('is missing').regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be small letters, digits and dashes'),
})

export const BlueprintDocument = z
  .strictObject({
    apiVersion: z.literal(blueprintApiVersion, `must be ${blueprintApiVersion}`),
    kind: z.literal('Blueprint'),
    metadata,
    spec: z.strictObject({
      title: words(100),
      description: words(2000),
      category: words(60).default('Other'),
      icon: z.enum(blueprintIcons, `must be one of ${blueprintIcons.join(', ')}`).default('box'),
      keywords: z.array(words(60)).max(30).default([]),
      team: words(100).optional(),
      allowedGroups: z.array(words(200)).default([]),
      questions: z
        .array(question, 'must be a list')
        .min(1, 'is empty')
        .max(60, 'asks more than 60 questions: a form of the kind serves better'),
      manifests: z.array(manifestRecipe, 'must be a list').min(1, 'is empty').max(50, 'has more than 50 manifests'),
      tests: z
        .array(z.strictObject({ name: words(200), answers: jsonObject, manifests: z.int().min(0).optional() }), 'must be a list')
        .min(1, 'is empty: give at least one set of answers that must work'),
    }),
  })
  .transform(
    ({ metadata: { name }, spec: { team, tests, manifests, ...spec } }): Blueprint => ({
      name,
      ...spec,
      ...(team ? { team } : {}),
      manifests: manifests.map((recipe, index) => {
        const kindName = recipe.kind.slice(0, recipe.kind.indexOf('.'))
        return { ...recipe, id: recipe.id || `${kindName.toLowerCase()}-${index + 1}`, title: recipe.title || kindName }
      }),
      tests: tests.map(({ name: title, answers, manifests: count }) => ({
        name: title,
        answers,
        ...(count === undefined ? {} : { manifests: count }),
      })),
    }),
  )

export const KindHintsDocument = z
  .strictObject({
    apiVersion: z.literal(blueprintApiVersion, `must be ${blueprintApiVersion}`),
    kind: z.literal('KindHints'),
    metadata: z.looseObject({}).optional(),
    spec: z.strictObject({
      kind: kindKey,
      team: words(100).optional(),
      curated: z.boolean('must be true or false').default(false),
      hidden: z.union([z.literal(true), words(500)], 'must be true, or the reason in a sentence').optional(),
      fields: z
        .array(
          z.strictObject({
            path: z.array(z.string().min(1), 'must be a list of keys: [spec, location]').min(1, 'is empty'),
            help: words(1000).optional(),
            hide: z.literal(true, 'must be true').optional(),
            recommended: json.optional(),
            order: z.number('must be a number').optional(),
          }),
          'must be a list',
        )
        .default([]),
    }),
  })
  .check(({ value: { spec }, issues }) => {
    if (!spec.curated || spec.hidden === undefined) return
    issues.push({ code: 'custom', path: ['spec', 'hidden'], message: 'contradicts curated: true. Take one of them out', input: spec })
  })
  .transform(({ spec: { kind, team, curated, hidden, fields } }): { hints: KindHints; team: string | undefined } => ({
    hints: {
      kind,
      curated,
      ...(hidden === undefined ? {} : { hidden: { reason: hidden === true ? null : hidden } }),
      fields: fields.map(({ path, help, hide, recommended, order }) => ({
        path,
        ...(help === undefined ? {} : { help }),
        ...(hide === undefined ? {} : { hide }),
        ...(recommended === undefined ? {} : { recommended }),
        ...(order === undefined ? {} : { order }),
      })),
    },
    team,
  }))

/**
 * A blueprint: questions, and manifests made of the answers. Written as YAML (docs/operator-guide.md has the reference),
 * read by `read-blueprint.ts`, judged by `check-blueprint.ts`, filled by `fill-blueprint.ts`. These are the types after
 * reading: plain JSON, the same in the browser, the server and the command.
 *
 * Values are put at paths. Nothing is ever put into the middle of a text, other than by `join`, so that no answer can
 * change the shape of a manifest.
 */
import type { Json, JsonObject, JsonPath } from '#lib/json.ts'

export const blueprintApiVersion = 'corbel.dev/v1'

export interface Blueprint {
  /** Unique; stands in addresses: `pubsub-dead-letter`. */
  name: string
  title: string
  description: string
  /** The heading it stands under in the catalogue. */
  category: string
  icon: BlueprintIcon
  /** More words that find it. */
  keywords: string[]
  /** The team that writes it, and is told what is wrong with it. */
  team?: string
  /** Groups whose members may use it; empty: everybody. */
  allowedGroups: string[]
  questions: Question[]
  manifests: ManifestRecipe[]
  tests: BlueprintTest[]
}

export const blueprintIcons = ['bucket', 'message', 'database', 'table', 'person', 'memory', 'network', 'box'] as const
export type BlueprintIcon = (typeof blueprintIcons)[number]

export interface Question {
  name: string
  title: string
  help?: string
  required?: true
  /** Asked only while this holds; otherwise the answer counts as not given. */
  when?: Condition
  /** An OpenAPI v3 schema as in CustomResourceDefinitions, with `references: Kind.group` besides. */
  schema: JsonObject
}

/** Where an answer stands: the question's name, and keys below it. */
export type AnswerPath = string[]

/** One resource, or one for each item of a list. */
export interface ManifestRecipe {
  /** What `nameOf` calls it. */
  id: string
  /** `Kind.group`. */
  kind: string
  /** What it is for, in words: "Dead-letter topic". */
  title: string
  name: Source
  when?: Condition
  /** An answer that is a list: one manifest for each item. */
  repeat?: AnswerPath
  /** One for the whole project: left out where the project has it already. */
  shared?: true
  /** What is always there: labels and annotations, and the fields of the kind. */
  manifest: JsonObject
  values: ValueRecipe[]
}

/** One value put at a path, or nothing when its source gives nothing. */
export type ValueRecipe = {
  path: JsonPath
  when?: Condition
  /** At the end of the list that stands there, instead of in its place. */
  append?: true
} & (
  | { source: Source }
  /** A list with one item for each item of an answer; `values` make the item. */
  | { repeat: AnswerPath; values: ValueRecipe[] }
  /** One item of its own; only to append. */
  | { values: ValueRecipe[] }
)

/** Where a value comes from. */
export type Source =
  | { value: Json }
  | { from: AnswerPath }
  /** Inside `repeat`: of the current item; an empty path is the item itself. */
  | { item: AnswerPath }
  /** Inside `repeat`: the item's place in the list, counted from 1. */
  | { position: true }
  /** The name of another manifest of the blueprint. */
  | { nameOf: string }
  | { project: ProjectFact }
  /** Texts put together; gives nothing when a part gives nothing. */
  | { join: (string | Source)[] }

export const projectFacts = ['namespace', 'cluster', 'team', 'gcpProject'] as const
export type ProjectFact = (typeof projectFacts)[number]

export type Condition = Comparison | { all: Condition[] } | { any: Condition[] } | { not: Condition }

/** Exactly one of `answer` and `item`, and exactly one of `is`, `equals` and `oneOf`: the reader sees to it. */
export interface Comparison {
  answer?: AnswerPath
  item?: AnswerPath
  is?: 'set' | 'unset'
  equals?: Json
  oneOf?: Json[]
}

export interface BlueprintTest {
  name: string
  answers: JsonObject
  /** How many manifests must come out; unset: any number. */
  manifests?: number
}

/** What a blueprint may know of the project it is used in. */
export type BlueprintProject = { [Fact in ProjectFact]: string | null }

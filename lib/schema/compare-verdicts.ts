/** For tests: what we say of a resource beside what the API server says of it. */
import type { FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import { evaluateRules } from '#lib/schema/evaluate-rules.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { validateResource } from '#lib/schema/validate.ts'

/** One bare call of the API server. */
export type Call = (method: string, path: string, body?: Json) => Promise<{ status: number; body: Json }>

export interface Verdicts {
  /** Resources both judged. */
  cases: number
  /** The same verdict. */
  agreed: number
  refused: number
  /** Of those refused by both: we name a field the server names, or one around it. */
  named: number
  /** Sentences about each different verdict, and each refusal with other fields. */
  differences: string[]
  unnamed: string[]
}

export const noVerdicts = (): Verdicts => ({ cases: 0, agreed: 0, refused: 0, named: 0, differences: [], unnamed: [] })

export function addVerdicts(sum: Verdicts, more: Verdicts): void {
  for (const key of ['cases', 'agreed', 'refused', 'named'] as const) sum[key] += more[key]
  sum.differences.push(...more.differences)
  sum.unnamed.push(...more.unnamed)
}

/** A resource of a kind around a spec (a kind may have none), under the same name always: dry runs leave nothing behind. */
export const resourceOf = (kind: CompiledKind, spec: Json | undefined): JsonObject => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  metadata: kind.scope === 'Cluster' ? { name: 'probe' } : { name: 'probe', namespace: 'default' },
  ...(spec === undefined ? {} : { spec }),
})

/** Everything Corbel says of a resource on creation: the checks of the schema, and the hints of its rules. */
export function ourErrors(kind: CompiledKind, resource: Json): FieldError[] {
  const errors = validateResource(kind, resource)
  return [...errors, ...evaluateRules(kind, { value: resource, errors }).hints]
}

/** Puts resources before both, one after the other. */
export async function compareVerdicts(call: Call, kind: CompiledKind, specs: readonly (Json | undefined)[]): Promise<Verdicts> {
  const result = noVerdicts()
  const place = kind.scope === 'Cluster' ? '' : '/namespaces/default'
  const path = `/apis/${kind.apiVersion}${place}/${kind.plural}?dryRun=All&fieldValidation=Strict`
  for (const spec of specs) {
    const resource = resourceOf(kind, spec)
    const answer = await call('POST', path, resource)
    // Conflicts and refusals of policies say nothing about the schema.
    if (![201, 400, 422].includes(answer.status)) continue
    const ours = ourErrors(kind, resource)
    result.cases += 1
    const said = textAt(answer.body, 'message') ?? ''
    if ((answer.status === 201) !== (ours.length === 0)) {
      result.differences.push(
        `${kind.kind} ${JSON.stringify(resource).slice(0, 2000)}: server ${answer.status} ${said.slice(0, 500)}, ours ${JSON.stringify(ours).slice(0, 500)}`,
      )
      continue
    }
    result.agreed += 1
    if (ours.length === 0) continue
    result.refused += 1
    const theirs = fieldsNamed(answer.body)
    if (ours.some((error) => theirs.some((field) => isAround(dotted(error.path), field)))) result.named += 1
    else result.unnamed.push(`${kind.kind}: server ${said.slice(0, 300)}, ours ${ours.map((error) => dotted(error.path)).join(' ')}`)
  }
  return result
}

const dotted = (path: JsonPath): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${key}`)).join('')

/** The fields a refusal names: the causes of a 422, the quoted ones of a 400. */
function fieldsNamed(body: Json): string[] {
  const causes = valueAt(body, ['details', 'causes'])
  const named = Array.isArray(causes) ? causes.filter(isObject).flatMap((cause) => textAt(cause, 'field') ?? []) : []
  const quoted = [...(textAt(body, 'message') ?? '').matchAll(/(?:unknown field "|\b)(spec[\w.[\]/-]*)/g)]
  return [...named, ...quoted.map((match) => match[1] ?? '')]
}

const isAround = (ours: string, theirs: string): boolean =>
  ours === theirs || theirs.startsWith(`${ours}.`) || theirs.startsWith(`${ours}[`)

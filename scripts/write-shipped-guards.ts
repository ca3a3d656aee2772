/** Prints `lib/doctor/shipped-guards.ts`: the admission policies of deploy/kubernetes, with which the doctor compares a cluster's. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isObject, textAt } from '#lib/json.ts'

const root = join(import.meta.dirname, '..')
const files = ['break-glass.yaml', 'portal-confined.yaml', 'people-dry-run-only.yaml']

/** The module's text, before it is formatted. */
export function shippedGuardsText(): string {
  const guards = files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(root, 'deploy', 'kubernetes', file), 'utf8'))
      .map((document): unknown => document.toJS())
      .filter(isObject)
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map((policy) => ({ name: textAt(policy, 'metadata', 'name') ?? '', file, spec: policy.spec ?? null })),
  )
  return [
    '// Printed by scripts/write-shipped-guards.ts from deploy/kubernetes; a test compares.',
    "import type { Json } from '#lib/json.ts'",
    '',
    '/** An admission policy that comes with Corbel, and the file it stands in. */',
    'export interface ShippedGuard {',
    '  name: string',
    '  file: string',
    '  spec: Json',
    '}',
    '',
    '/** Every admission policy that comes with Corbel. */',
    `export const shippedGuards: ShippedGuard[] = ${JSON.stringify(guards, null, 2)}`,
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(join(root, 'lib', 'doctor', 'shipped-guards.ts'), shippedGuardsText())

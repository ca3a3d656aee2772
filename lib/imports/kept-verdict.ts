/** What is kept of a dry run for everybody who may see the import: the cluster's words repeat values of the manifest, secret ones too. Pure. */
import { type Json, type JsonPath, valueAt } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'
import { hidden, redactText, secretPaths } from '#lib/redact/redact.ts'

/** The verdict on a manifest without its secrets, and without what looks like a credential. */
export function keptVerdict({ milliseconds: _, ...verdict }: DryRunResult, manifest: string): Omit<DryRunResult, 'milliseconds'> {
  const value: Json = parseManifestFile(manifest).documents[0]?.value ?? null
  const secrets = secretPaths(value).map((path: JsonPath) => valueAt(value, path))
  const clean = (text: string): string =>
    redactText(secrets.reduce<string>((rest, secret) => (typeof secret === 'string' ? rest.replaceAll(secret, hidden) : rest), text))
  const cleanOrNull = (text: string | null): string | null => (text === null ? null : clean(text))
  return {
    ...verdict,
    message: cleanOrNull(verdict.message),
    unavailable: cleanOrNull(verdict.unavailable),
    fields: verdict.fields.map((field) => ({ ...field, message: clean(field.message) })),
    warnings: verdict.warnings.map(clean),
  }
}

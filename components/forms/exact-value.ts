/** Values of a form with every digit: what the store keeps as JavaScript reads it has numbers beyond 2^53 rounded. */
import type { ManifestStore } from '#components/create/manifest-store.ts'
import { CorbelError } from '#lib/errors.ts'
import { type ExactJson, type Json, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { roughJson } from '#lib/manifest/exact-value.ts'
import { holdsRounded } from '#lib/manifest/keep-digits.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'

/** The value at a path as the document's text has it; reads the text only where some number may have been rounded. */
export function exactValueAt(store: ManifestStore, path: JsonPath): ExactJson | undefined {
  const { text, value } = store.state()
  const rough = valueAt(value, path)
  if (rough === undefined || !holdsRounded(rough)) return rough
  try {
    const exact = valueAt(parseManifestFile(text).documents[store.document]?.exact, path)
    // a text that cannot be read, or was not yet, says something else: the form shows what was read last
    return exact !== undefined && sameJson(roughJson(exact), rough) ? exact : rough
  } catch (error) {
    if (error instanceof CorbelError) return rough
    throw error
  }
}

/** Sets a value with every digit of its numbers. False where the document does not allow it; the store says why. */
export function setExact(store: ManifestStore, path: JsonPath, value: ExactJson): boolean {
  // Proof of the cast: the store only hands the value to `setValue`, which takes exact numbers, and reads the text anew.
  return store.set(path, value as Json)
}

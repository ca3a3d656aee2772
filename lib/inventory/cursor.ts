import { z } from 'zod'
import { Invalid } from '#lib/errors.ts'

/** Where a page ended: the sort it belongs to and the values of its last row, the id last. */
const Cursor = z.tuple([z.string()], z.string()).refine((parts) => parts.length >= 2 && parts.length <= 5)

/** An opaque text for where a page ended. */
export const writeCursor = (sort: string, values: string[]): string => Buffer.from(JSON.stringify([sort, ...values])).toString('base64url')

/**
 * Reads a cursor back. Throws Invalid for anything `writeCursor` would not have written for this sort with so many values:
 * a cursor of another sort would skip rows in silence.
 */
export function readCursor(text: string, sort: string, count: number): string[] {
  const refused = new Invalid('The page cannot be continued from here: the sorting changed. Start again from the first page.')
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw refused
  }
  const result = Cursor.safeParse(parsed)
  if (!result.success) throw refused
  const [writtenFor, ...values] = result.data
  if (writtenFor !== sort || values.length !== count || writeCursor(sort, values) !== text) throw refused
  return values
}

/** Which rows of a long table are drawn. Pure. */

/** First row drawn and the one after the last, with some more on both sides so that scrolling shows no gap. Lengths in pixels. */
export function rowWindow(scrolled: number, viewport: number, rowHeight: number, rows: number, more = 12): { first: number; end: number } {
  const first = Math.max(0, Math.min(Math.floor(scrolled / rowHeight) - more, rows - 1))
  const end = Math.min(rows, Math.ceil((scrolled + viewport) / rowHeight) + more)
  return { first: Math.max(0, first), end: Math.max(end, Math.min(rows, first + 1)) }
}

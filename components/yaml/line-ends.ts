/**
 * Between a file's text and the editor's. The editor keeps lines apart by `\n` alone; a file written on Windows keeps
 * its `\r\n`. Files that mix both are given to the editor as they are, so that nothing is rewritten in silence.
 */

export type LineEnd = '\n' | '\r\n'

/** `\r\n` when every line of the text ends so, else `\n`. */
export const lineEndOf = (text: string): LineEnd => (/\r\n/.test(text) && !/(?:^|[^\r])\n/.test(text) ? '\r\n' : '\n')

/** The file's text as the editor holds it. */
export const toEditorText = (text: string, end: LineEnd): string => (end === '\r\n' ? text.replaceAll('\r\n', '\n') : text)

/** The editor's text as the file has it. */
export const toFileText = (text: string, end: LineEnd): string => (end === '\r\n' ? text.replaceAll('\n', '\r\n') : text)

/** Where an offset of the file's text stands in the editor's. */
export function toEditorOffset(fileText: string, offset: number, end: LineEnd): number {
  if (end === '\n') return offset
  let before = 0
  for (let at = fileText.indexOf('\r\n'); at >= 0 && at < offset; at = fileText.indexOf('\r\n', at + 2)) before += 1
  return offset - before
}

/** Where an offset of the editor's text stands in the file's. */
export function toFileOffset(editorText: string, offset: number, end: LineEnd): number {
  if (end === '\n') return offset
  let before = 0
  for (let at = editorText.indexOf('\n'); at >= 0 && at < offset; at = editorText.indexOf('\n', at + 1)) before += 1
  return offset + before
}

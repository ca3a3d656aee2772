/** Guesses what a built script or style sheet holds, by texts that survive minification. Pure. */

// Error messages and class names of each package, and sentences of our own pages: they stay when names are shortened.
const marks: [string, string[]][] = [
  ['react-dom', ['react.suspense_list', 'onBeforeInput']],
  ['next: app router', ['next-router-state-tree']],
  ['next: link and navigation', ['Cannot find the middleware module']],
  ['polyfills', ['core-js', '__core-js_shared__']],
  ['@tanstack/react-query', ['No QueryClient set']],
  ['@tanstack/react-virtual', ['scrollPaddingStart']],
  ['@codemirror/view', ['cm-cursorLayer']],
  ['@codemirror/autocomplete', ['cm-tooltip-autocomplete']],
  ['@codemirror/lint', ['cm-lintRange']],
  ['@codemirror/search', ['cm-searchMatch']],
  ['@lezer/lr', ['minRepeatTerm']],
  ['zod', ['ZodError', '$ZodType']],
  ['yaml', ['BLOCK_AS_IMPLICIT_KEY']],
  ['diff (jsdiff)', ['maxEditLength']],
  ['forms', ['Search by name, path or description']],
  ['frame: navigation, search, live updates', ['Skip to the content']],
  ['editor of manifests', ['Delete by pull request', 'The YAML cannot be read']],
  ['resource list', ['Find by name or message']],
  ['resource page', ['As it lives in ']],
  ['proposal page', ['Loading the proposal']],
  ['catalogue', ['Loading what can be created']],
]

/** Names of what was recognised; empty for what is small and our own. */
export const contentsOf = (text: string): string[] =>
  marks.filter(([, texts]) => texts.some((mark) => text.includes(mark))).map(([name]) => name)

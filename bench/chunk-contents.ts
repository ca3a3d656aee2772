/** Guesses what a built script or style sheet holds, by texts that survive minification. Pure. */

// Error messages and class names of each package: they stay when names are shortened.
const marks: [string, string[]][] = [
  ['react-dom', ['react.suspense_list', 'onBeforeInput', 'https://react.dev/errors/']],
  ['next: app router', ['__next_f', 'next-router-state-tree']],
  ['next: polyfills', ['Object.fromEntries', 'core-js', '__core-js_shared__']],
  ['next: link', ['IntersectionObserver', 'legacyBehavior']],
  ['@tanstack/react-query', ['No QueryClient set', 'isRefetchError']],
  ['@tanstack/react-virtual', ['getVirtualItems', 'scrollPaddingStart']],
  ['@codemirror/view', ['cm-editor', 'cm-content']],
  ['@codemirror/autocomplete', ['cm-tooltip-autocomplete']],
  ['@codemirror/lint', ['cm-lintRange', 'cm-diagnostic']],
  ['@codemirror/search', ['cm-panel cm-search', 'cm-searchMatch']],
  ['@lezer/lr', ['minRepeatTerm', 'recoverScore', 'lezer']],
  ['zod', ['ZodError', '$ZodType', 'invalid_union']],
  ['yaml', ['YAMLParseError', 'BAD_ALIAS', 'UNRESOLVED_ALIAS', 'BLOCK_AS_IMPLICIT_KEY']],
  ['diff (jsdiff)', ['oldHeader', 'maxEditLength']],
  ['lib/schema', ['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields']],
  ['lib/manifest', ['Not YAML', 'yaml.duplicate']],
  ['components: resource list', ['/api/v1/resources']],
  ['components: live updates', ['EventSource']],
]

/** Names of what was recognised; `bytes` of text around nothing known gives an empty list. */
export const contentsOf = (text: string): string[] =>
  marks.filter(([, texts]) => texts.some((mark) => text.includes(mark))).map(([name]) => name)

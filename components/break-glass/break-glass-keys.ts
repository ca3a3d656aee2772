/** Keys of the query cache for break-glass. The first part is what a live event makes old. */
export const breakGlassKeys = {
  all: ['break-glass'] as const,
  open: () => ['break-glass', 'open'] as const,
  notices: () => ['break-glass', 'notices'] as const,
  session: (id: string) => ['break-glass', 'session', id] as const,
  change: (session: string, id: string) => ['break-glass', 'change', session, id] as const,
}

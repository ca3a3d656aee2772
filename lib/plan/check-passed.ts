/** Whether a completed check of CI has nothing against the change; one that was skipped has not. Pure: pages and the life of proposals agree. */
export const checkPassed = (conclusion: string | null): boolean =>
  conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped'

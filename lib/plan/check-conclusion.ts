/** Whether a completed check (GitHub's `conclusion`) has nothing against the change; one that was skipped has not. */
export const checkPassed = (conclusion: string | null): boolean =>
  conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped'

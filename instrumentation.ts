/** Runs once when the web process starts: wrong settings stop it here, with a sentence for each mistake. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { checkAtStart } = await import('#lib/config/check-at-start.ts')
    checkAtStart()
  }
}

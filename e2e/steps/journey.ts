/**
 * The test of every journey: a browser in which nothing may go wrong unseen. A broken content security policy, an error
 * on the console or an exception in a page fails the journey at its end, unless the journey says what it expects.
 */
import { type BrowserContext, test as base, expect } from '@playwright/test'

interface Watched {
  /** What the console may say in a journey that takes systems away: what the browser says of failed requests, mostly. */
  expectedOnConsole: RegExp
  /** Watches further windows, such as a second person's. */
  watch: (context: BrowserContext) => void
}

/** Browsers report every answer of 400 and more as an error on the console. */
export const failedRequests = /Failed to load resource/

export const test = base.extend<Watched>({
  expectedOnConsole: [/(?!)/, { option: true }],
  watch: [
    async ({ context, expectedOnConsole }, use) => {
      const said: string[] = []
      const watch = (watched: BrowserContext) => {
        watched.on('console', (message) => {
          const text = message.text()
          const isViolation = /Content Security Policy/.test(text)
          if (message.type() !== 'error' && !isViolation) return
          if (!isViolation && expectedOnConsole.test(text)) return
          said.push(`${message.page()?.url() ?? ''}: ${text} (${message.location().url})`)
        })
        watched.on('weberror', (error) => said.push(`${error.page()?.url() ?? ''}: ${error.error().stack ?? error.error()}`))
      }
      watch(context)
      await use(watch)
      expect(said, 'errors on the console').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

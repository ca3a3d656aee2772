import fc from 'fast-check'
import { expect, test } from 'vitest'
import { turnstile } from './turnstile.ts'

test('never more tasks run than it lets in, and all of them end, failed ones too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 30 }), async (width, outcomes) => {
      const take = turnstile(width)
      let running = 0
      let most = 0
      const results = await Promise.allSettled(
        outcomes.map((good) =>
          take(async () => {
            most = Math.max(most, ++running)
            await Promise.resolve()
            running--
            if (!good) throw new Error('refused')
          }),
        ),
      )
      expect(most).toBe(Math.min(width, outcomes.length))
      expect(results.map(({ status }) => status === 'fulfilled')).toEqual(outcomes)
    }),
  )
})

/** Lines of progress: one for each step when it is done, with its time, and now and then one for all that still work. */

const everyMs = 5_000

export interface Progress {
  /** Runs a step and prints its line. `say` tells how far it is, for the next line about what still works. */
  step: <T>(title: string, work: (say: (how: string) => void) => Promise<T>) => Promise<T>
  /** Seconds that each finished step took. */
  times: Record<string, number>
}

/** Prints to `print`. Steps may run side by side. */
export function createProgress(print: (line: string) => void): Progress {
  const times: Record<string, number> = {}
  const working = new Set<{ title: string; how: string }>()
  let still: NodeJS.Timeout | undefined
  const since = performance.now()

  const tellStill = (): void => {
    const parts = [...working].map(({ title, how }) => (how ? `${title}: ${how}` : title))
    print(`  … ${seconds(since)}: ${parts.join('; ')}`)
  }
  const step: Progress['step'] = async (title, work) => {
    const started = performance.now()
    const entry = { title, how: '' }
    working.add(entry)
    still ??= setInterval(tellStill, everyMs)
    try {
      const result = await work((text) => {
        entry.how = text
      })
      times[title] = (performance.now() - started) / 1000
      print(`  ✓ ${title} (${seconds(started)})`)
      return result
    } catch (error) {
      print(`  ✗ ${title} (${seconds(started)})`)
      throw error
    } finally {
      working.delete(entry)
      if (working.size === 0) {
        clearInterval(still)
        still = undefined
      }
    }
  }
  return { step, times }
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

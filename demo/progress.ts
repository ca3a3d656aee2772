/** Lines of progress: one for each step when it is done, with its time, and one now and then while it takes long. */

const everyMs = 5_000

export interface Progress {
  /** Runs a step and prints its line. `say` tells how far it is; printed at most every five seconds. */
  step: <T>(title: string, work: (say: (how: string) => void) => Promise<T>) => Promise<T>
  /** Seconds that each finished step took. */
  times: Record<string, number>
}

/** Prints to `print`. Steps may run side by side. */
export function createProgress(print: (line: string) => void): Progress {
  const times: Record<string, number> = {}
  const step: Progress['step'] = async (title, work) => {
    const started = performance.now()
    let how = ''
    const still = setInterval(() => print(`  … ${title}${how ? `: ${how}` : ''} (${seconds(started)})`), everyMs)
    try {
      const result = await work((text) => {
        how = text
      })
      times[title] = (performance.now() - started) / 1000
      print(`  ✓ ${title} (${seconds(started)})`)
      return result
    } catch (error) {
      print(`  ✗ ${title} (${seconds(started)})`)
      throw error
    } finally {
      clearInterval(still)
    }
  }
  return { step, times }
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

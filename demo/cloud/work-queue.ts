/** Works on keys one at a time for each key, some at the same time in all; a key that comes again while it is worked on is worked on once more. */
export interface WorkQueue {
  add: (key: string) => void
  addAfter: (key: string, ms: number) => void
  /** Stops taking new work and resolves when what runs has ended. */
  stop: () => Promise<void>
}

export function workQueue(width: number, work: (key: string) => Promise<void>): WorkQueue {
  const waiting = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let stopped = false

  const add = (key: string): void => {
    if (stopped) return
    if (running.has(key)) again.add(key)
    else waiting.add(key)
    pump()
  }
  const pump = (): void => {
    for (const key of waiting) {
      if (running.size >= width) return
      waiting.delete(key)
      const done = work(key).finally(() => {
        running.delete(key)
        if (again.delete(key)) add(key)
        else pump()
      })
      running.set(key, done)
    }
  }
  return {
    add,
    addAfter: (key, ms) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        add(key)
      }, ms)
      timers.add(timer)
    },
    stop: async () => {
      stopped = true
      waiting.clear()
      for (const timer of timers) clearTimeout(timer)
      await Promise.allSettled(running.values())
    },
  }
}

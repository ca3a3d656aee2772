/** Lets at most `width` tasks run at the same time; the others wait for their turn, first come first served. */
export function turnstile(width: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (inside >= width) await new Promise<void>((enter) => waiting.push(enter))
    else inside++
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside--
    }
  }
}

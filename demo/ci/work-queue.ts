/**
 * Work that survives `kill -9`: each item is a file, written before the webhook is answered and removed when it is done. After a start what
 * was waiting or under way runs (again): every item can be repeated.
 *
 * Items of one lane run one after the other, in the order they came; lanes run side by side.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface WorkQueue<Item> {
  /** Notes an item; it runs when those before it in its lane are done. */
  add(item: Item): void
  /** Stops taking work; resolves when what runs has ended. */
  stop(): Promise<void>
}

interface QueueOptions<Item> {
  directory: string
  laneOf: (item: Item) => string
  /** Whether an item need not run since a later one of its lane replaces it. */
  replacedBy: (item: Item, later: Item) => boolean
  /** Throws to be run again. */
  run: (item: Item, signal: AbortSignal) => Promise<void>
  log: (text: string) => void
}

const pausesMs = [500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000, 60_000]

/** Opens the queue and goes on with what it holds. */
export function openWorkQueue<Item>({ directory, laneOf, replacedBy, run, log }: QueueOptions<Item>): WorkQueue<Item> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const stopping = new AbortController()
  const lanes = new Map<string, { name: string; item: Item }[]>()
  const running = new Map<string, Promise<void>>()
  let count = 0

  const read = (name: string): Item => JSON.parse(readFileSync(join(directory, name), 'utf8'))

  const enter = (name: string, item: Item) => {
    const lane = laneOf(item)
    const queue = lanes.get(lane) ?? []
    queue.push({ name, item })
    lanes.set(lane, queue)
    if (!running.has(lane))
      running.set(
        lane,
        work(lane, queue).finally(() => running.delete(lane)),
      )
  }

  const work = async (lane: string, queue: { name: string; item: Item }[]) => {
    // Let the one who adds finish before anything runs.
    await sleep(0)
    for (let next = queue[0]; next && !stopping.signal.aborted; next = queue[0]) {
      const { name, item } = next
      if (queue.slice(1).some((later) => replacedBy(item, later.item))) log(`${lane}: left out, a later push replaces it`)
      else if (!(await runWithRetries(lane, item))) {
        if (stopping.signal.aborted) return
        renameSync(join(directory, name), join(directory, `${name}.failed`))
      }
      rmSync(join(directory, name), { force: true })
      queue.shift()
    }
  }

  const runWithRetries = async (lane: string, item: Item): Promise<boolean> => {
    for (const pause of [...pausesMs, 0]) {
      try {
        await run(item, stopping.signal)
        return !stopping.signal.aborted
      } catch (error) {
        if (stopping.signal.aborted) return false
        log(`${lane}: ${error instanceof Error ? error.message : error}${pause > 0 ? ` Trying again in ${pause / 1000} s.` : ' Given up.'}`)
        if (pause > 0) await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
    return false
  }

  const waiting = readdirSync(directory).filter((name) => name.endsWith('.json'))
  for (const name of waiting.sort()) enter(name, read(name))

  return {
    add: (item) => {
      // Names sort in the order of arrival, over restarts too.
      const name = `${String(Date.now()).padStart(15, '0')}-${String(count++).padStart(6, '0')}.json`
      const file = join(directory, name)
      writeFileSync(`${file}.new`, JSON.stringify(item), { mode: 0o600 })
      renameSync(`${file}.new`, file)
      enter(name, item)
    },
    stop: async () => {
      stopping.abort()
      await Promise.allSettled(running.values())
    },
  }
}

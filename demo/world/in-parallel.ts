/** Runs a task for every item, at most `width` at the same time. Rejects with the first failure, once the running ones ended. */
export async function inParallel<Item>(width: number, items: readonly Item[], task: (item: Item) => Promise<unknown>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await task(item)
  }
  const results = await Promise.allSettled(Array.from({ length: width }, worker))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Says when something begins to fail and when it works again, and nothing in between but a reminder every ten minutes:
 * what is tried again every second would otherwise fill the log with one sentence, and hide all others.
 */
const remindMs = 10 * 60_000

export interface Outage {
  /** Something failed: true when it is to be told. Another `what` is another failure. */
  begins: (what?: string) => boolean
  /** It worked: how long it had failed, in milliseconds, when the end is to be told; else undefined. */
  ends: () => number | undefined
}

/** Nothing has failed yet. `now` gives milliseconds. */
export function outage(now: () => number = Date.now): Outage {
  let since: number | undefined
  const toldAt = new Map<string, number>()
  return {
    begins: (what = '') => {
      const at = now()
      since ??= at
      const before = toldAt.get(what)
      if (before !== undefined && at - before < remindMs) return false
      toldAt.set(what, at)
      return true
    },
    ends: () => {
      const lasted = since === undefined ? undefined : now() - since
      since = undefined
      toldAt.clear()
      return lasted
    },
  }
}

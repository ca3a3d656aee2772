/** The one place that turns times, numbers, sizes and long names into words. */

const locale = 'en-GB'
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long, in the two letters of tables: "now", "40 s", "12 min", "5 h", "3 d", "8 mo", "2 y". `milliseconds` may be negative (the future). */
export function shortDuration(milliseconds: number): string {
  const length = Math.abs(milliseconds)
  if (length < 5 * second) return 'now'
  if (length < minute) return `${Math.floor(length / second)} s`
  if (length < hour) return `${Math.floor(length / minute)} min`
  if (length < 2 * day) return `${Math.floor(length / hour)} h`
  if (length < 60 * day) return `${Math.floor(length / day)} d`
  if (length < 730 * day) return `${Math.floor(length / (30 * day))} mo`
  return `${Math.floor(length / (365 * day))} y`
}

/** "12 min ago", "in 3 d", "just now". Both in milliseconds since the epoch. */
export function relativeTime(then: number, now: number): string {
  const words = shortDuration(now - then)
  if (words === 'now') return 'just now'
  return then <= now ? `${words} ago` : `in ${words}`
}

/** How often a text made by relativeTime changes, in milliseconds: what the clock of a page needs to tick. */
export const refreshEvery = (age: number): number => (Math.abs(age) < minute ? second : Math.abs(age) < hour ? 15 * second : minute)

const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' })
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const hourMinute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const numbers = new Intl.NumberFormat(locale)

/** "3 Nov 2026, 10:42:07 GMT", in the reader's time zone. */
export const exactTime = (time: number): string => exact.format(time)

/** "10:42:07", in the reader's time zone. */
export const clockTime = (time: number): string => clock.format(time)

/** "10:42", in the reader's time zone. */
export const clockMinutes = (time: number): string => hourMinute.format(time)

/** "12,804". */
export const count = (value: number): string => numbers.format(value)

/** "1 project", "12 projects"; `plural` where an s does not do. */
export const counted = (value: number, noun: string, plural = `${noun}s`): string => `${count(value)} ${value === 1 ? noun : plural}`

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** A long name with its middle left out, so that start and end can still be told apart. Counts code points. */
export function shortenMiddle(text: string, length: number): string {
  const letters = Array.from(text)
  if (letters.length <= length || length < 5) return text
  const tail = Math.floor((length - 1) / 2)
  return `${letters.slice(0, length - 1 - tail).join('')}…${letters.slice(-tail).join('')}`
}

/** A kind key as people read it: `StorageBucket.storage.cnrm.cloud.google.com` → `StorageBucket`. */
export const kindOf = (key: string): string => key.split('.')[0] ?? key

/** A path into a document as people read it: `spec.lifecycleRule[0].age`; keys that hold dots or slashes stand in quotes. */
export function fieldPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

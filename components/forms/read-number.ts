/** Reads numbers as people type them. Pure. */

/** A whole number that JavaScript holds exactly, or undefined: `1e3`, `0x10` and `007` are not what a manifest would mean. */
export function readInteger(typed: string): number | undefined {
  const text = typed.trim()
  if (!/^-?(0|[1-9]\d*)$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/** An integer beyond 2^53, of which no digit may be lost; undefined for every other text. */
export function readLargeInteger(typed: string): bigint | undefined {
  const text = typed.trim()
  return /^-?[1-9]\d*$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : undefined
}

/** A decimal number whose text is kept by writing it again, or undefined while it is half typed (`1.`, `-`, `1.0`). */
export function readNumber(typed: string): number | undefined {
  const text = typed.trim()
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) && String(number) === text ? number : undefined
}

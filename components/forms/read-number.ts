/** Reads numbers as people type them. Pure. */

/** A whole number that JavaScript holds exactly, or undefined: `1e3`, `0x10` and `007` are not what a manifest would mean. */
export function readInteger(typed: string): number | undefined {
  const text = typed.trim()
  if (!/^-?(0|[1-9]\d*)$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/** A decimal number whose text is kept by writing it again, or undefined while it is half typed (`1.`, `-`, `1.0`). */
export function readNumber(typed: string): number | undefined {
  const text = typed.trim()
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) && String(number) === text ? number : undefined
}

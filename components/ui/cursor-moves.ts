/** Where a keyboard cursor goes, in tables and in lists of suggestions. */

/**
 * Which row the cursor stands on after a key: j/down, k/up, Home, End; undefined for other keys. `here` is -1 before
 * the first move.
 */
export function nextRow(key: string, here: number, rows: number): number | undefined {
  if (rows === 0) return undefined
  if (key === 'j' || key === 'ArrowDown') return Math.min(here + 1, rows - 1)
  if (key === 'k' || key === 'ArrowUp') return Math.max(here - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return rows - 1
  return undefined
}

/** The option the cursor moves to; options that cannot be chosen are passed over. -1 means none. */
export function nextOption(options: readonly { disabled?: boolean }[], here: number, step: 1 | -1): number {
  for (let tries = 0, index = here; tries < options.length; tries += 1) {
    index = index < 0 && step === -1 ? options.length - 1 : (index + step + options.length) % options.length
    if (!options[index]?.disabled) return index
  }
  return -1
}

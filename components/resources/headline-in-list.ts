import type { ResourceRow } from '#lib/inventory/contract.ts'

/**
 * The state in words, for a row that already shows kind, name and state: without them it is short enough to be read.
 * `SQLDatabase load-test waits for …` → `Waits for …`; nothing for what is simply ready.
 */
export function headlineInList({ kindName, name, state, headline }: Pick<ResourceRow, 'kindName' | 'name' | 'state' | 'headline'>): string {
  const prefix = `${kindName} ${name} `
  const rest = headline.startsWith(prefix) ? headline.slice(prefix.length) : headline
  if (state === 'ready' && /^is ready\.?$/.test(rest)) return ''
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

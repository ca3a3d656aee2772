/** Prints docs/configuration.md from the table of settings; a test compares the file with what this gives. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '#lib/config/settings.ts'

/** The page, as Markdown. */
export function configurationPage(): string {
  const sections = [...new Set(Object.values(settings).map((setting) => setting.section))]
  const lines = [
    '# Configuration',
    '',
    'Corbel is configured by environment variables, read once and checked when a process starts: a wrong value stops it with a sentence that names it. This page is printed from `lib/config/settings.ts` by `node scripts/write-configuration-docs.ts`.',
    '',
  ]
  for (const section of sections) {
    lines.push(`## ${section}`, '', '| variable | meaning | default | example |', '|---|---|---|---|')
    for (const [name, setting] of Object.entries(settings)) {
      if (setting.section !== section) continue
      const unset = setting.schema.safeParse(undefined)
      const fallback = unset.success
        ? unset.data === undefined
          ? '–'
          : `\`${Array.isArray(unset.data) ? unset.data.join(',') : String(unset.data)}\``
        : '**required**'
      lines.push(
        `| \`${name}\` | ${setting.about}${'secret' in setting && setting.secret ? ' *Secret.*' : ''} | ${fallback} | \`${setting.example.replaceAll('|', '\\|')}\` |`,
      )
    }
    lines.push('')
  }
  return lines.join('\n')
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), configurationPage())

/** The corbel command. `bin/corbel.mjs` starts it; `helpText` says what it does and what its exit codes mean. */
import { CorbelError } from '#lib/errors.ts'
import { redactText } from '#lib/redact/redact.ts'
import { applyCommand } from './apply-command.ts'
import { blueprintCommand } from './blueprint-command.ts'
import { isOutage } from './cluster-access.ts'
import { helpText, type Options, readOptions } from './options.ts'
import { planCommand } from './plan-command.ts'
import type { Terminal } from './terminal.ts'
import { validateCommand } from './validate-command.ts'

const commands = {
  plan: planCommand,
  apply: applyCommand,
  validate: validateCommand,
  blueprint: blueprintCommand,
  audit: async (options: Options, terminal: Terminal) => (await import('./audit-command.ts')).auditCommand(options, terminal),
  doctor: async (options: Options, terminal: Terminal) => (await import('./doctor-command.ts')).doctorCommand(options, terminal),
  // Loaded when asked for: the mapping is large, and the other commands start without it.
  import: async (options: Options, terminal: Terminal) => (await import('./import-command.ts')).importCommand(options, terminal),
}

/** Runs one command and gives its exit code. Never throws. */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args
  try {
    if (name === 'help' || name === '--help' || name === '-h') {
      terminal.out(helpText)
      return 0
    }
    const command = Object.hasOwn(commands, name) ? Object.entries(commands).find(([key]) => key === name)?.[1] : undefined
    if (!command) {
      terminal.err(`corbel: there is no command "${name}".\n\n${helpText}`)
      return 2
    }
    const options = readOptions(rest, terminal.environment, terminal.directory)
    if (options.help) {
      terminal.out(helpText)
      return 0
    }
    return await command(options, terminal)
  } catch (error) {
    if (error instanceof CorbelError) {
      terminal.err(`corbel: ${redactText(error.message)}\n`)
      return isOutage(error) ? 3 : 2
    }
    terminal.err(
      `corbel: this is a mistake in corbel itself, please report it:\n${redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    )
    return 2
  }
}

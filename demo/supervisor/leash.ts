/**
 * Runs a command that must not outlive whoever holds the other end of our standard input (run-build.ts): when that closes,
 * even because the holder was killed with -9, the whole process group ends. We lead it.
 *
 *   leash.ts COMMAND [ARGUMENTS]
 */
import { spawn } from 'node:child_process'

const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.once('error', (error) => {
  console.error(error.message)
  process.exit(127)
})
child.once('exit', (code) => process.exit(code ?? 1))
const endAll = (): void => void process.kill(-process.pid, 'SIGKILL')
process.stdin.once('end', endAll).once('error', endAll).resume()

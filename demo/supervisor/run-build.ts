/** Compilers and bundlers: minutes of work for both cores, which must end with the demo however it ends. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Build {
  command: string
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Gets each line as it comes. */
  onLine: (line: string, from: 'stdout' | 'stderr') => void
}

/** Runs it to its end and gives its exit code. */
export function runBuild({ command, args, cwd, env, onLine }: Build): Promise<number> {
  return new Promise((resolve, reject) => {
    const leash = join(import.meta.dirname, 'leash.ts')
    const child = spawn(process.execPath, [leash, command, ...args], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.on('error', () => {})
    const rests = (['stdout', 'stderr'] as const).map((from) => {
      let rest = ''
      child[from].setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) onLine(line, from)
      })
      return () => rest && onLine(rest, from)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      for (const finish of rests) finish()
      resolve(code ?? 1)
    })
  })
}

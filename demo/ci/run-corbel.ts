/** Runs the corbel command as CI would: a process of its own, with the repository's own service account. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const program = join(import.meta.dirname, '..', '..', 'bin', 'corbel.mjs')

export interface CorbelRun {
  code: number
  out: string
  err: string
}

/** `onProgress` gets what it has written to standard error so far. Ends the process when the signal says so. */
export function runCorbel(
  args: string[],
  options: { kubeconfig: string; signal: AbortSignal; onProgress?: (soFar: string) => void },
): Promise<CorbelRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { NODE_ENV: 'production', PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: options.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
      options.onProgress?.(err)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 2, out, err }))
  })
}

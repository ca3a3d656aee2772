/** One part of the demo: a child process with a log file, that says when it is ready. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the supervisor needs to know to run a part, and to run it again. */
export interface Part {
  /** Names its log file. */
  name: string
  /** How people call it: "PostgreSQL". */
  title: string
  command: string
  args: string[]
  env: Record<string, string>
  /** Where it will listen; ports held for it are let go just before it starts. */
  ports?: number[]
  /** Answers whether the part works now; without it, a line on standard output that starts with `ready` says so. */
  probe?: () => Promise<boolean>
  /** How long it may take until ready. */
  readyWithinMs: number
  /** Others need it to the end (database, control plane): stopped after them. */
  foundation?: true
}

/** A running part. */
export interface Run {
  part: Part
  process: ChildProcess
  startedAt: number
  /** Resolves when it is ready; rejects with a sentence that names its log when it ends or takes too long. */
  ready: Promise<void>
  /** Resolves with how it ended: "exit code 1", "signal SIGKILL". */
  ended: Promise<string>
}

const largestLog = 5 * 1024 * 1024
const probeEveryMs = 150
/** Environment every part gets; anything else it must be given. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER']

/** A log file of a part, one directory for all of them. */
export const logFile = (logs: string, name: string): string => join(logs, `${name}.log`)

/** Starts a part's process. Its output goes to its log alone. */
export function runPart(part: Part, logs: string): Run {
  const log = openLog(logs, part.name)
  const startedAt = Date.now()
  const child = spawn(part.command, part.args, { env: partEnvironment(part.env), stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  child.stdin.on('error', () => {})
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      killGroup(child) // children it left behind would keep its port
      resolve(signal ? `signal ${signal}` : `exit code ${code}`)
    })
  })
  child.once('close', (code, signal) => log.end(`--- ended: ${signal ? `signal ${signal}` : `exit code ${code}`}\n`))
  const ready = becomeReady(part, child, ended, logFile(logs, part.name))
  return { part, process: child, startedAt, ready, ended }
}

/** Asks a part to end (it ends its own children), and kills all of it after `graceMs`. */
export async function stopRun(run: Run, graceMs: number): Promise<void> {
  // Its standard input stays open: that closing is a second request, which kube-apiserver takes as "at once".
  run.process.kill('SIGTERM')
  const forced = setTimeout(() => killGroup(run.process), graceMs)
  await run.ended
  clearTimeout(forced)
}

function partEnvironment(given: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'production' }
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return { ...env, ...given }
}

/** Each part is a process group with its children (a development server has some). */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // none of them is left
  }
}

async function becomeReady(part: Part, child: ChildProcess, ended: Promise<string>, log: string): Promise<void> {
  const abort = new AbortController()
  const says = part.probe ? poll(part.probe, abort.signal) : readyLine(child)
  const late = sleep(part.readyWithinMs, undefined, { signal: abort.signal }).then(
    () => `is not ready after ${Math.round(part.readyWithinMs / 1000)} s`,
    () => undefined,
  )
  const trouble = await Promise.race([says, ended.then((how) => `ended before it was ready (${how})`), late])
  abort.abort()
  if (trouble) throw new Error(`${part.title} ${trouble}. Its log: ${log}`)
}

async function poll(probe: () => Promise<boolean>, signal: AbortSignal): Promise<undefined> {
  while (!signal.aborted && !(await probe().catch(() => false))) await sleep(probeEveryMs)
  return undefined
}

const readyLine = (child: ChildProcess): Promise<undefined> =>
  new Promise((resolve) => {
    let line = ''
    const read = (chunk: Buffer): void => {
      const lines = (line + chunk.toString('utf8')).split('\n')
      line = lines.pop() ?? ''
      if (!lines.some((each) => each.startsWith('ready'))) return
      child.stdout?.off('data', read)
      resolve(undefined)
    }
    child.stdout?.on('data', read)
  })

function openLog(logs: string, name: string): WriteStream {
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const file = logFile(logs, name)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(file, `${file}.old`)
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 })
  log.on('error', () => {})
  log.write(`--- started ${new Date().toISOString()}\n`)
  return log
}

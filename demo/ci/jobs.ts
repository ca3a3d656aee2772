/**
 * The two jobs of the simulated CI. Both can run again from the start at any time: the check run and the comment are updated in place,
 * planning writes nothing, and applying the same commit twice changes nothing.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '#lib/forge/connect-github.ts'
import { fenced } from '#lib/plan/markdown.ts'
import { applyMarker } from '#lib/plan/render-apply.ts'
import { planMarker } from '#lib/plan/render-plan.ts'
import { redactText } from '#lib/redact/redact.ts'
import type { Work } from './events.ts'
import { type CheckState, pullOfMerge, putCheck, putComment, readPull } from './report.ts'
import { type CorbelRun, runCorbel } from './run-corbel.ts'
import { branchTip, type Clone, fetchClone, hasCommit, mergeCommit } from './workspace.ts'

export interface JobContext {
  directory: string
  /** Where logs of runs are shown; `<logUrl>/<name>`. */
  logUrl: string
  gitUrl: string
  connect: (repository: string) => Connection
  /** Writes a kubeconfig of the repository's own service account and gives its file. */
  kubeconfigFor: (repository: string) => Promise<string>
  /** Extra arguments of `corbel apply`. */
  applyArguments: string[]
  log: (text: string) => void
}

const progressEveryMs = 2000

/** Runs one piece of work. Throws when GitHub or git cannot be reached: the queue tries again. */
export async function runWork(context: JobContext, work: Work, signal: AbortSignal): Promise<void> {
  switch (work.kind) {
    case 'plan':
      return planPull(context, work, signal)
    case 'apply':
      return applyPush(context, work, signal)
    default:
      return work satisfies never
  }
}

async function planPull(context: JobContext, work: Extract<Work, { kind: 'plan' }>, signal: AbortSignal): Promise<void> {
  const { repository } = work
  const connection = context.connect(repository)
  const pull = await readPull(connection, work.pull)
  if (!pull.open) return
  const name = logName(repository, 'plan', pull.headCommit)
  const detailsUrl = `${context.logUrl}/${name}`
  const check = (state: Omit<CheckState, 'detailsUrl'>) => putCheck(connection, 'corbel/plan', pull.headCommit, { ...state, detailsUrl })
  startLog(context, name, `corbel plan for ${repository}#${work.pull}, commit ${pull.headCommit}`)
  await check({ status: 'in_progress', title: 'Planning…', summary: 'The plan is being made.' })
  const clone = await cloneOf(context, connection, 'plan')
  const base = await branchTip(clone, pull.base)
  if (!base || !(await hasCommit(clone, pull.headCommit))) throw new Error(`${repository}#${work.pull}: its commits are not there yet.`)
  const merged = await mergeCommit(clone, base, pull.headCommit)
  if (!merged) {
    const text = `This branch conflicts with \`${pull.base}\`, so nothing can be planned. Merge \`${pull.base}\` into it and resolve the conflicts.`
    await putComment(connection, work.pull, planMarker, `${planMarker}\n### Plan: conflicts with ${pull.base}\n\n${text}\n`)
    return check({ status: 'completed', conclusion: 'failure', title: `Conflicts with ${pull.base}`, summary: text })
  }
  const kubeconfig = await context.kubeconfigFor(repository)
  const args = ['plan', '--base', base, '--head', merged, '--repo', clone.directory, '--repository', repository, '--format', 'markdown']
  const run = await runCorbel(args, { kubeconfig, signal })
  writeLog(context, name, run)
  const body = bodyOf(run, planMarker, 'Plan')
  await putComment(connection, work.pull, planMarker, body)
  await check({ status: 'completed', conclusion: run.code === 0 ? 'success' : 'failure', title: titleOf(body), summary: body })
  context.log(`${repository}#${work.pull}: ${titleOf(body)}`)
}

async function applyPush(context: JobContext, work: Extract<Work, { kind: 'apply' }>, signal: AbortSignal): Promise<void> {
  const { repository, before, after } = work
  const connection = context.connect(repository)
  const name = logName(repository, 'apply', after)
  const detailsUrl = `${context.logUrl}/${name}`
  const check = (state: Omit<CheckState, 'detailsUrl'>) => putCheck(connection, 'corbel/apply', after, { ...state, detailsUrl })
  startLog(context, name, `corbel apply for ${repository}, commits ${before.slice(0, 12)}..${after.slice(0, 12)}`)
  await check({ status: 'in_progress', title: 'Applying…', summary: 'The manifests are being applied.' })
  const clone = await cloneOf(context, connection, 'apply')
  if (!(await hasCommit(clone, after))) throw new Error(`${repository}: commit ${after.slice(0, 12)} is not there yet.`)
  // After a forced push the old tip is gone from the server: then everything is applied.
  const base = (await hasCommit(clone, before)) ? ['--base', before] : []
  const kubeconfig = await context.kubeconfigFor(repository)
  const progress = liveProgress(async (text) => {
    await check({ status: 'in_progress', title: lastLine(text) || 'Applying…', summary: fenced(redactText(text.slice(-20_000)), '') })
  }, context.log)
  const args = [
    'apply',
    ...base,
    '--head',
    after,
    '--repo',
    clone.directory,
    '--repository',
    repository,
    '--format',
    'markdown',
    ...context.applyArguments,
  ]
  const run = await runCorbel(args, { kubeconfig, signal, onProgress: progress.tell })
  await progress.end()
  writeLog(context, name, run)
  const body = bodyOf(run, applyMarker, 'Apply')
  const pull = await pullOfMerge(connection, work.branch, after)
  if (pull !== undefined) await putComment(connection, pull, applyMarker, body)
  const summary = run.err
    ? `${body}\n<details><summary>Log</summary>\n\n${fenced(redactText(run.err.slice(-20_000)), '')}\n</details>\n`
    : body
  await check({ status: 'completed', conclusion: run.code === 0 ? 'success' : 'failure', title: titleOf(body), summary })
  context.log(`${repository}@${after.slice(0, 12)}: ${titleOf(body)}`)
}

async function cloneOf(context: JobContext, connection: Connection, lane: string): Promise<Clone> {
  const octokit = await connection.octokit()
  const auth: unknown = await octokit.auth()
  const token = typeof auth === 'object' && auth !== null && 'token' in auth ? String(auth.token) : ''
  return fetchClone(
    join(context.directory, 'clones', `${connection.owner}-${connection.name}-${lane}.git`),
    `${context.gitUrl}/${connection.repository}.git`,
    token,
  )
}

/** The report, or what went wrong before there was one. */
function bodyOf(run: CorbelRun, marker: string, what: string): string {
  if (run.out.startsWith(marker)) return run.out
  const said = redactText(run.err.trim()).slice(-10_000) || 'It ended without saying why.'
  return `${marker}\n### ${what}: could not run\n\n${fenced(said, '')}\n`
}

/** The heading's text, which says all in one line. */
const titleOf = (body: string): string => /^### (?:Plan|Apply): (.*)$/m.exec(body)?.[1] ?? 'Done'

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}

/** Shows progress at most every two seconds, one update at a time; a failed update is only logged, the next one follows. */
function liveProgress(show: (text: string) => Promise<void>, log: (text: string) => void) {
  let latest = ''
  let shown = ''
  let busy: Promise<void> = Promise.resolve()
  const update = () => {
    if (latest === shown) return
    shown = latest
    busy = busy.then(() => show(shown)).catch((error: unknown) => log(`progress: ${error instanceof Error ? error.message : error}`))
  }
  const timer = setInterval(update, progressEveryMs)
  return {
    tell: (text: string) => {
      latest = text
    },
    end: () => {
      clearInterval(timer)
      return busy
    },
  }
}

const logName = (repository: string, kind: string, commit: string): string =>
  `${repository.replace('/', '-')}-${kind}-${commit.slice(0, 12)}.log`

function startLog({ directory }: JobContext, name: string, title: string): void {
  mkdirSync(join(directory, 'logs'), { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'logs', name), `Simulated CI: ${title}\nStarted ${new Date().toISOString()}\n\n`, { mode: 0o600 })
}

function writeLog({ directory }: JobContext, name: string, run: CorbelRun): void {
  appendFileSync(
    join(directory, 'logs', name),
    redactText(`${run.err}\n${run.out}\nEnded with exit code ${run.code}, ${new Date().toISOString()}\n`),
  )
}

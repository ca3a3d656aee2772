/**
 * The product as it is shipped: `next build` with standalone output, kept per content of its sources below .corbel/web, so
 * that a start with unchanged sources builds nothing and a build never changes files under a running demo.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { builds, root } from '#demo/state.ts'
import { runBuild } from '#demo/supervisor/run-build.ts'

const sources = [
  '{app,blueprints,components,lib,public}/**/*',
  'prisma/schema.prisma',
  '{next.config,proxy,instrumentation,instrumentation-client,postcss.config}.*',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]
const keptBuilds = 3

/** A directory with server.js and all it needs; built first unless it was. Throws with Next's last lines. */
export async function buildWeb(say: (how: string) => void): Promise<string> {
  const place = join(builds, 'web')
  const finished = join(place, sourceHash())
  if (existsSync(join(finished, 'server.js'))) {
    utimesSync(finished, new Date(), new Date())
    return finished
  }
  mkdirSync(place, { recursive: true, mode: 0o700 })
  await runNextBuild(say)
  const standalone = join(root, '.next', 'standalone')
  if (!existsSync(join(standalone, 'server.js')))
    throw new Error('next build made no .next/standalone/server.js: next.config must say output: "standalone".')
  const unfinished = `${finished}.${process.pid}`
  cpSync(standalone, unfinished, { recursive: true, verbatimSymlinks: true })
  cpSync(join(root, '.next', 'static'), join(unfinished, '.next', 'static'), { recursive: true })
  if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(unfinished, 'public'), { recursive: true })
  rmSync(finished, { recursive: true, force: true })
  renameSync(unfinished, finished)
  removeOldBuilds(place)
  return finished
}

function sourceHash(): string {
  const hash = createHash('sha256').update(process.version)
  const files = sources.flatMap((pattern) => globSync(pattern, { cwd: root }))
  for (const file of [...new Set(files)].sort()) {
    if (/\.test\.tsx?$/.test(file) || !statSync(join(root, file)).isFile()) continue
    hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex').slice(0, 20)
}

async function runNextBuild(say: (how: string) => void): Promise<void> {
  const next = join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const lines: string[] = []
  const onLine = (text: string): void => {
    const line = text.trim()
    if (!line) return
    lines.push(line)
    if (lines.length > 60) lines.shift()
    if (!line.includes(' took ') && /^(Creating|✓|Running|Collecting|Generating|Finalizing)/.test(line))
      say(line.replace(/^✓ /, '').replace(/ ?\.\.\.$/, ''))
  }
  const code = await runBuild({ command: process.execPath, args: [next, 'build'], cwd: root, env, onLine })
  if (code !== 0) throw new Error(`next build failed:\n${lines.join('\n')}`)
}

function removeOldBuilds(place: string): void {
  const byAge = readdirSync(place)
    .map((name) => ({ path: join(place, name), used: statSync(join(place, name)).mtimeMs }))
    .sort((a, b) => b.used - a.used)
  for (const { path } of byAge.slice(keptBuilds)) rmSync(path, { recursive: true, force: true })
}

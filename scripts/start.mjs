/**
 * The first program of every `npm run …`: plain JavaScript for whatever Node the machine has (18 or newer can read it).
 * Checks what must be there, installs the dependencies when they are missing or stale, then runs the given program under
 * Node 24: the user's own where that is one, else the one among the dependencies.
 *
 *   node scripts/start.mjs demo/run.ts [arguments]
 *
 * npm does not repair packages that a killed install left half unpacked (it says "up to date"), so a marker file stands
 * while it works, and an install that finds the marker starts over.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { staleness } from './install-state.mjs'
import { findGo, nodeProblem } from './machine.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const marker = join(modules, '.install-unfinished')
const packagedNode = join(modules, '.bin', 'node')
const runtimeMajor = 24

try {
  checkMachine()
  await completeInstall()
  runProgram()
} catch (error) {
  console.error(explain(error))
  process.exit(1)
}

function checkMachine() {
  const problem = nodeProblem(process)
  if (problem) throw new Error(problem)
  if (spawnSync('git', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error('Corbel needs git, and none is on the PATH. Install it (Debian: apt-get install git) and try again.')
  const ownControlPlane = process.env.CORBEL_KUBECONFIG || process.env.KUBEBUILDER_ASSETS
  if (process.argv[2] === 'demo/run.ts' && !ownControlPlane) findGo(join(root, 'demo', 'control-plane'))
}

async function completeInstall() {
  const before = findStaleness()
  if (!before) return
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  if (existsSync(marker) || !existsSync(join(modules, '.package-lock.json'))) rmSync(modules, { recursive: true, force: true })
  mkdirSync(modules, { recursive: true })
  writeFileSync(marker, '')
  const folders = Object.keys(readJson('package-lock.json')?.packages ?? {}).filter(Boolean)
  console.log(`Installing dependencies: ${before} (${folders.length} packages, a minute or two).`)
  // npm says nothing while it works when its output is no terminal
  const progress = setInterval(() => {
    const there = folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).length
    console.log(`  ${seconds()} s: ${there ? `${there} of ${folders.length} packages` : 'fetching packages'}`)
  }, 5000)
  const { code, said } = await runNpmInstall()
  clearInterval(progress)
  if (code === 0) rmSync(marker, { force: true })
  const after = code === 0 ? findStaleness() : `npm install ended with code ${code}`
  if (after) throw new Error(`The dependencies could not be installed: ${after}.\n${said}`)
  console.log(`Dependencies installed in ${seconds()} s.`)
}

function runNpmInstall() {
  const flags = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const [command, ...first] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  return new Promise((resolve) => {
    const npm = spawn(command, [...first, ...flags], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    npm.stderr.on('data', (text) => {
      said = (said + text).slice(-4000)
    })
    npm.on('error', (error) => resolve({ code: 127, said: error.message }))
    npm.on('close', (code) => resolve({ code: code ?? 1, said }))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => {
        npm.kill(signal)
        process.exit(128 + constants.signals[signal])
      })
    }
  })
}

function findStaleness() {
  return staleness({
    manifest: readJson('package.json'),
    lock: readJson('package-lock.json'),
    installed: readJson('node_modules/.package-lock.json'),
    interrupted: existsSync(marker),
    ownRuntime: usersNodeFits(),
    exists: (path) => existsSync(join(root, path)),
  })
}

function usersNodeFits() {
  return Number(process.versions.node.split('.')[0]) >= runtimeMajor
}

function runProgram() {
  const node = usersNodeFits() ? process.execPath : packagedNode
  const [program, ...rest] = process.argv.slice(2)
  if (!program) throw new Error('Usage: node scripts/start.mjs PROGRAM [ARGUMENTS]')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal)
  // Tools among the dependencies start with "#!/usr/bin/env node": they must meet Node 24 as well.
  const path = [dirname(node), join(modules, '.bin'), process.env.PATH].filter(Boolean).join(delimiter)
  const child = spawn(node, [join(root, program), ...rest], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(explain(error))
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8'))
  } catch {
    return undefined
  }
}

function explain(error) {
  const text = String(error?.message ?? error)
  if (error?.code === 'ENOSPC' || text.includes('ENOSPC'))
    return `The disk that holds ${root} is full. Corbel needs about 2 GB there, and Go's build cache 3 GB more. Free some space and try again.`
  if (error?.code === 'EACCES' || text.includes('EACCES'))
    return `Corbel may not write in ${root}: ${text}\nGive yourself the right to and try again.`
  return text
}

/**
 * Compiles demo/control-plane (a real kube-apiserver and etcd) with the machine's Go, once. The result lies in
 * .corbel/bin beside a key made from everything that goes into it; Go's own build cache serves another checkout.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runBuild } from '#demo/supervisor/run-build.ts'
import { findGo } from '#scripts/machine.mjs'

/** What the build does now, for a line of progress. `percent` counts packages; linking comes after the last. */
export type BuildProgress =
  | { step: 'reading' }
  | { step: 'downloading'; modules: number; of: number }
  | { step: 'compiling'; packages: number; of: number; percent: number }
  | { step: 'linking' }

const sources = join(import.meta.dirname)
const kubernetesVersion = 'v1.37.2'
const versionPackage = 'k8s.io/component-base/version'
const flags = [
  '-trimpath',
  '-gcflags=all=-N -l -dwarf=false', // a third less to compile; the server starts a second later
  `-ldflags=-X ${versionPackage}.gitVersion=${kubernetesVersion} -X ${versionPackage}.gitMajor=1 -X ${versionPackage}.gitMinor=37`,
]

/** The control plane's program, compiled if it was not yet. Throws a sentence when Go is missing, too old, or fails. */
export async function buildControlPlane(binary: string, onProgress: (progress: BuildProgress) => void): Promise<void> {
  const keyFile = `${binary}.made-from`
  const madeFrom = keyOf(findGo(sources))
  if (existsSync(binary) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === madeFrom) return
  mkdirSync(dirname(binary), { recursive: true, mode: 0o700 })
  onProgress({ step: 'reading' })
  const packages = await countPackages(onProgress)
  onProgress({ step: 'compiling', packages: 0, of: packages, percent: 0 })
  const unfinished = `${binary}.${process.pid}`
  let compiled = 0
  await runGo(['build', '-v', ...flags, '-o', unfinished, '.'], (line) => {
    if (line.startsWith('go: ') || line.startsWith('#')) return
    compiled = Math.min(compiled + 1, packages)
    const percent = Math.floor((100 * compiled) / packages)
    onProgress(compiled === packages ? { step: 'linking' } : { step: 'compiling', packages: compiled, of: packages, percent })
  })
  renameSync(unfinished, binary)
  writeFileSync(keyFile, madeFrom)
}

function keyOf(goVersion: string): string {
  const hash = createHash('sha256').update(goVersion).update(`${process.platform} ${process.arch}`).update(flags.join('\n'))
  const files = readdirSync(sources).filter((name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum')
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(sources, name)))
  return hash.digest('hex')
}

/** How many packages go into the program; fetches the modules they are in on the way. */
async function countPackages(onProgress: (progress: BuildProgress) => void): Promise<number> {
  const ofModules = readFileSync(join(sources, 'go.sum'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.includes('/go.mod ')).length
  let modules = 0
  const listed = await runGo(['list', '-deps', '.'], (line) => {
    if (line.startsWith('go: downloading')) onProgress({ step: 'downloading', modules: ++modules, of: ofModules })
  })
  return listed.split('\n').filter(Boolean).length
}

async function runGo(args: string[], onLine: (line: string) => void): Promise<string> {
  const output: string[] = []
  const said: string[] = []
  const env = { ...process.env, CGO_ENABLED: '0' }
  const code = await runBuild({
    command: 'go',
    args,
    cwd: sources,
    env,
    onLine: (line, from) => {
      if (from === 'stdout') return void output.push(line)
      said.push(line)
      if (said.length > 12) said.shift()
      onLine(line)
    },
  })
  if (code !== 0) throw new Error(explainFailure(args[0] ?? '', said.join('\n')))
  return output.join('\n')
}

function explainFailure(step: string, said: string): string {
  if (said.includes('no space left on device'))
    return 'The disk is full: compiling the control plane needs about 3 GB in Go’s build cache. Free some space.'
  if (/dial tcp|proxyconnect|i\/o timeout|no such host/.test(said))
    return `Go could not download the control plane's modules. Check the network or GOPROXY, then try again.\n${said}`
  if (said.includes('signal: killed'))
    return 'Compiling the control plane was killed, most likely for memory: it needs about 2.5 GB free. Try again.'
  return `go ${step} failed for the control plane:\n${said}`
}

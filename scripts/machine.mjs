/** What must be on the machine before anything is installed. Plain JavaScript: start.mjs runs it under whatever Node there is. */
import { execFileSync } from 'node:child_process'

const oldestGo = [1, 26]

/** Whether a version as `go env GOVERSION` prints it ("go1.26.8") is new enough for the control plane's modules. */
export function isGoNewEnough(version) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || minor === undefined) return version.startsWith('devel')
  return Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1])
}

/** The version of the machine's Go, as it applies in `directory`. Throws a sentence when there is none or it is too old. */
export function findGo(directory) {
  const wanted = `Corbel's demo compiles its control plane with Go ${oldestGo.join('.')} or newer`
  const instead = 'Install it from https://go.dev/dl, or set CORBEL_KUBECONFIG to a cluster of yours, and try again.'
  let version
  try {
    version = execFileSync('go', ['env', 'GOVERSION'], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch {
    throw new Error(`${wanted}, and no usable go is on the PATH. ${instead}`)
  }
  if (!isGoNewEnough(version)) throw new Error(`${wanted}; this machine has ${version}. ${instead}`)
  return version
}

/** Why this Node cannot start Corbel, or undefined when it can. Linux brings Node 24 among the dependencies; others must have it. */
export function nodeProblem({ version, platform, arch }) {
  const major = Number(version.replace(/^v/, '').split('.')[0])
  const packaged = platform === 'linux' && (arch === 'x64' || arch === 'arm64')
  const oldest = packaged ? 20 : 24
  if (major >= oldest) return undefined
  const where = packaged ? '' : ` on ${platform} (${arch})`
  return `Corbel needs Node ${oldest} or newer${where}; this is ${version}. Install one from https://nodejs.org and try again.`
}

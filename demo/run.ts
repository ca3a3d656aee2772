/**
 * `npm run demo` and `npm run dev`: the way in.
 *
 *   demo/run.ts [--dev] [--crds DIR]
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { people } from '#demo/identity/people.ts'
import { stepsToTry } from '#demo/parts.ts'
import { type Demo, startDemo } from '#demo/start-demo.ts'
import { runningDemo, stateDirectory } from '#demo/state.ts'
import { readDefinitions } from '#demo/world/definitions.ts'

const stopWithinMs = 12_000

function readArguments(): { dev: boolean; crds: string | undefined } {
  try {
    const { values } = parseArgs({ options: { dev: { type: 'boolean', default: false }, crds: { type: 'string' } } })
    return { dev: values.dev, crds: values.crds && resolve(values.crds) }
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\nUsage: npm run demo -- [--crds DIR]`)
  }
}

function fail(sentence: string): never {
  console.error(`\n${sentence}`)
  process.exit(1)
}

function welcome({ url, githubUrl, foundations, ports, logs }: Demo): string {
  const who = people.map(
    ({ name, groups, role }) => `    ${(name.split(' ')[0] ?? name).padEnd(6)} ${groups.join(', ').padEnd(10)} ${role}`,
  )
  const steps = stepsToTry(ports).map(({ title, text }, index) => `    ${index + 1}. ${title}. ${text}`)
  return [
    '',
    `  Corbel is ready:  ${url}`,
    '',
    '  Sign in as one of (no passwords):',
    ...who,
    '  Try, in this order:',
    ...steps,
    '',
    `  GitHub stand-in   ${githubUrl}`,
    `  kubectl           KUBECONFIG=${foundations.kubeconfig}`,
    `  Logs              ${logs}`,
    ...foundations.notes.map((note) => `  Note: ${note}`),
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n')
}

const { dev, crds } = readArguments()
if (crds && !statSync(crds, { throwIfNoEntry: false })?.isDirectory())
  fail(`--crds names ${crds}, which is no folder. Give one with CustomResourceDefinitions as YAML files.`)
if (crds && readDefinitions([crds]).size === 0) fail(`The folder ${crds} of --crds holds no CustomResourceDefinition (YAML or JSON files).`)
const directory = stateDirectory()
const other = runningDemo(directory)
if (other) {
  console.log(
    other.url
      ? `The demo of this checkout runs already: ${other.url}`
      : `The demo of this checkout is being started by process ${other.pid}.`,
  )
  process.exit(0)
}

console.log(`Starting Corbel's demo (state and logs in ${directory}).`)
const started = performance.now()
let stopping: Promise<void> | undefined
const tell = (line: string): void => {
  if (!stopping) console.log(line) // what is still being started, or ends now, is no news then
}
const starting = startDemo({ directory, development: dev, ...(crds && { crds }), tell })

const stop = (code: number): Promise<void> => {
  stopping ??= (async () => {
    setTimeout(() => process.exit(code || 1), stopWithinMs).unref()
    await starting.stop()
    process.exit(code)
  })()
  return stopping
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return
    console.log('\nStopping.')
    void stop(0)
  })
}

try {
  const demo = await starting.ready
  console.log(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
  console.log(welcome(demo))
} catch (error) {
  if (!stopping) {
    console.error(`\n${error instanceof Error ? error.message : error}`)
    await stop(1)
  }
}

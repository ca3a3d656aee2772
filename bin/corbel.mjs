#!/usr/bin/env node
// Starts the corbel command. It is TypeScript, which Node reads by itself from version 22.18 on; an older Node hands over to the one
// that was installed with the dependencies.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const installed = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

if (major > 22 || (major === 22 && minor >= 18)) {
  const { run } = await import('../cli/main.ts')
  process.exitCode = await run(process.argv.slice(2), {
    environment: process.env,
    directory: process.cwd(),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  })
} else if (existsSync(installed)) {
  const { status } = spawnSync(installed, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? 2
} else {
  console.error(`corbel needs Node 22.18 or newer; this is ${process.versions.node}. Run "npm install", or use a newer Node.`)
  process.exitCode = 2
}

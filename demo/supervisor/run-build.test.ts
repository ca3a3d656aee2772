import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOf } from './processes.ts'
import { runBuild } from './run-build.ts'

const inNode = (program: string) => ({ command: process.execPath, args: ['--eval', program], cwd: import.meta.dirname, env: process.env })

test('its lines, the last one without an end included, and its exit code arrive', async () => {
  const lines: string[] = []
  const program = 'console.log("one"); console.error("two"); process.stdout.write("three"); process.exitCode = 3'
  const code = await runBuild({ ...inNode(program), onLine: (line, from) => lines.push(`${from} ${line}`) })
  expect(code).toBe(3)
  expect(lines.sort()).toEqual(['stderr two', 'stdout one', 'stdout three'])
})

test('a command that does not exist ends with its name', async () => {
  const lines: string[] = []
  const none = { ...inNode(''), command: 'no-such-compiler' }
  expect(await runBuild({ ...none, onLine: (line) => lines.push(line) })).toBe(127)
  expect(lines.join()).toContain('no-such-compiler')
})

test('the build and what it started end when whoever runs it is killed with -9', async () => {
  const worker = 'setInterval(() => {}, 1000)'
  const compiler = `
    const { spawn } = require('node:child_process')
    const worker = spawn(process.execPath, ['--eval', ${JSON.stringify(worker)}], { stdio: 'inherit' })
    console.log(process.pid + ' ' + worker.pid)
    setInterval(() => {}, 1000)`
  const demo = `
    const { runBuild } = await import(${JSON.stringify(join(import.meta.dirname, 'run-build.ts'))})
    await runBuild({ command: process.execPath, args: ['--eval', ${JSON.stringify(compiler)}], cwd: '.', env: process.env,
      onLine: (line) => console.log(line) })`
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', demo], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(holder.stdout, 'data')
  const pids = String(said).trim().split(' ').map(Number)
  expect(pids.map((pid) => commandOf(pid) !== '')).toEqual([true, true])
  holder.kill('SIGKILL')
  await expect.poll(() => pids.map(commandOf), { timeout: 10_000 }).toEqual(['', ''])
})

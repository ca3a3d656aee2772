import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Part } from './part.ts'
import { commandOf } from './processes.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'

let logs: string
let told: string[]
let changes: number
let supervisor: Supervisor

beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'corbel-supervisor-'))
  told = []
  changes = 0
  supervisor = createSupervisor({ logs, tell: (sentence) => told.push(sentence), changed: () => changes++ })
})
afterEach(async () => {
  await supervisor.stop()
  rmSync(logs, { recursive: true, force: true })
})

const part = (program: string): Part => ({
  name: 'lamp',
  title: 'The lamp',
  command: process.execPath,
  args: ['--import', join(import.meta.dirname, 'follow-parent.mjs'), '--eval', program],
  env: {},
  readyWithinMs: 10_000,
})

const until = (holds: () => boolean): Promise<void> => expect.poll(holds, { timeout: 10_000 }).toBe(true)
const alive = (pid: number): boolean => commandOf(pid) !== ''

test('a part killed with -9 is named and comes back', async () => {
  await supervisor.start(part('console.log("ready"); setInterval(() => {}, 1000)'))
  const first = supervisor.pids().lamp ?? 0
  process.kill(first, 'SIGKILL')
  await until(() => told.includes('The lamp is back.'))
  expect(told[0]).toContain('The lamp ended (signal SIGKILL)')
  expect(supervisor.pids().lamp).not.toBe(first)
  expect(changes).toBe(1)
})

test('children of a part killed with -9 do not stay behind', async () => {
  const program = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    console.log('ready', child.pid)
    setInterval(() => {}, 1000)`
  await supervisor.start(part(program))
  const childPid = (): number => Number(/ready (\d+)/.exec(readFileSync(join(logs, 'lamp.log'), 'utf8'))?.[1])
  await until(() => childPid() > 0)
  const child = childPid()
  process.kill(supervisor.pids().lamp ?? 0, 'SIGKILL')
  await until(() => commandOf(child) === '')
})

test('a part that ends before it is ready fails the start with its log named', async () => {
  await expect(supervisor.start(part('console.log("no oil"); process.exit(3)'))).rejects.toThrow(
    /The lamp ended before .*exit code 3.*lamp\.log/,
  )
  expect(readFileSync(join(logs, 'lamp.log'), 'utf8')).toContain('no oil')
})

test('a part that never gets ready fails the start and is ended', async () => {
  const slow = { ...part('setInterval(() => {}, 1000)'), readyWithinMs: 300 }
  await expect(supervisor.start(slow)).rejects.toThrow('The lamp is not ready after 0 s')
  expect(supervisor.pids()).toEqual({})
})

test('stopping ends a part that ignores the request', async () => {
  await supervisor.start(part('process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)'))
  const pid = supervisor.pids().lamp ?? 0
  await supervisor.stop()
  expect(alive(pid)).toBe(false)
  expect(told).toEqual([])
})

test('a part and its children end by themselves when the supervisor is gone', async () => {
  const lampWithChild = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    process.on('SIGTERM', () => process.exit(0))
    console.log('ready', child.pid)`
  const nested = `
    const { createSupervisor } = await import(${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))})
    const supervisor = createSupervisor({ logs: ${JSON.stringify(logs)}, tell: () => {} })
    await supervisor.start(${JSON.stringify(part(lampWithChild))})
    console.log('ready', supervisor.pids().lamp)
    setInterval(() => {}, 1000)`
  await supervisor.start({ ...part(nested), name: 'house', args: ['--input-type=module', '--eval', nested] })
  const lampPid = (): number => Number(/ready (\d+)/.exec(readFileSync(join(logs, 'house.log'), 'utf8'))?.[1])
  await until(() => lampPid() > 0)
  const lamp = lampPid()
  const child = Number(/ready (\d+)/.exec(readFileSync(join(logs, 'lamp.log'), 'utf8'))?.[1])
  expect(alive(lamp)).toBe(true)
  expect(alive(child)).toBe(true)
  process.kill(supervisor.pids().house ?? 0, 'SIGKILL')
  await until(() => !alive(lamp) && !alive(child))
})

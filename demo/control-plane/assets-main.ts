/** The part `control-plane` from ready binaries: runs etcd and kube-apiserver, and ends when either does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { readOptions } from '#demo/supervisor/part-options.ts'
import { type AssetsOptions, apiServerFlags, etcdFlags, writeKeys } from './assets.ts'

const options = readOptions<AssetsOptions>()
writeKeys(options.directory, options.port)
const run = (program: string, flags: string[]): ChildProcess =>
  spawn(join(options.assets, program), flags, { stdio: ['ignore', 'inherit', 'inherit'] })
const etcd = run('etcd', etcdFlags(options.directory))
const server = run('kube-apiserver', apiServerFlags(options))
const ended = (child: ChildProcess): Promise<unknown> => once(child, 'close').catch(console.error)

let stopping = false
const stop = (): void => {
  stopping = true
  server.kill('SIGTERM')
}
process.on('SIGTERM', stop).on('SIGINT', stop)
await Promise.race([ended(etcd), ended(server)])
// The server first: it still writes while it ends.
server.kill('SIGTERM')
if (server.exitCode === null && server.signalCode === null) await ended(server)
etcd.kill('SIGTERM')
if (etcd.exitCode === null && etcd.signalCode === null) await ended(etcd)
process.exit(stopping ? 0 : 1)

/** A TCP proxy before an API server, for tests of what happens when a connection breaks at the worst moment. TLS goes through it unread. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * pass: everything. cut: what is sent next never arrives, and the connection breaks. swallow: it arrives, and its answer never comes back.
 * delay: the connection breaks, and what was sent arrives `delayMs` later. The last three happen once; then it is `pass` again.
 */
export type WireFault = 'pass' | 'cut' | 'swallow' | 'delay'

export interface UnreliableWire {
  /** A kubeconfig that leads through the wire. */
  kubeconfig: string
  next: (fault: WireFault) => void
  close: () => Promise<void>
}

export const delayMs = 1_500

export async function unreliableWire(kubeconfig: string): Promise<UnreliableWire> {
  const text = readFileSync(kubeconfig, 'utf8')
  const server = /^\s*server: (\S+)$/m.exec(text)?.[1]
  if (!server) throw new Error(`${kubeconfig} names no server`)
  const { hostname, port } = new URL(server)
  let fault: WireFault = 'pass'
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('close', () => upstream.destroySoon())
    upstream.on('close', () => client.destroySoon())
    let swallowing = false
    client.on('data', (data) => {
      const now = fault
      if (now === 'pass') return void upstream.write(data)
      fault = 'pass'
      if (now === 'cut') return void client.destroy()
      if (now === 'swallow') {
        swallowing = true
        return void upstream.write(data)
      }
      client.removeAllListeners('close')
      client.destroy()
      setTimeout(() => upstream.write(data), delayMs)
      setTimeout(() => upstream.destroy(), 3 * delayMs)
    })
    upstream.on('data', (data) => {
      if (swallowing) client.destroy()
      else client.write(data)
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  // Proof of the cast: a server that listens on TCP has an AddressInfo.
  const { port: own } = proxy.address() as AddressInfo
  const folder = mkdtempSync(join(tmpdir(), 'corbel-wire-'))
  const file = join(folder, 'kubeconfig')
  writeFileSync(file, text.replace(server, `https://127.0.0.1:${own}`), { mode: 0o600 })
  const next = (wanted: WireFault): void => {
    fault = wanted
  }
  const close = async (): Promise<void> => {
    rmSync(folder, { recursive: true })
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((done) => proxy.close(() => done()))
  }
  return { kubeconfig: file, next, close }
}

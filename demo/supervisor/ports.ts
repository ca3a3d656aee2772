/** Free ports on the loopback interface. */
import { createServer, type Server } from 'node:net'

/** A port of 127.0.0.1 that nothing listens on, `preferred` where that is one. */
export async function freePort(preferred?: number): Promise<number> {
  const { port, server } = await listen(preferred)
  await close(server)
  return port
}

const held = new Map<number, Server>()

/**
 * Like freePort, and listens on it until releasePort: minutes may pass between choosing ports and starting the last part,
 * and a demo started beside this one must not choose the same.
 */
export async function holdPort(preferred?: number): Promise<number> {
  if (preferred && held.has(preferred)) return preferred
  const { port, server } = await listen(preferred)
  server.unref()
  held.set(port, server)
  return port
}

/** Lets a held port go, for the part that listens on it next. Does nothing for others. */
export async function releasePort(port: number): Promise<void> {
  const server = held.get(port)
  held.delete(port)
  if (server) await close(server)
}

async function listen(preferred: number | undefined): Promise<{ port: number; server: Server }> {
  const found = (preferred && (await listenOn(preferred))) || (await listenOn(0))
  if (!found) throw new Error('No free port is left on 127.0.0.1.')
  return found
}

const listenOn = (port: number): Promise<{ port: number; server: Server } | undefined> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? { port: address.port, server } : undefined)
    })
  })

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

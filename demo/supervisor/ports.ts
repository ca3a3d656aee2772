/** Free ports on the loopback interface. */
import { createServer } from 'node:net'

/** Whether nothing listens on a port of 127.0.0.1 now. */
export const isFree = async (port: number): Promise<boolean> => (await listenOnce(port)) !== undefined

/** A port of 127.0.0.1 that nothing listens on, `preferred` where that is one. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred
  const port = await listenOnce(0)
  if (port === undefined) throw new Error('No free port is left on 127.0.0.1.')
  return port
}

const listenOnce = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })

/** The part `identity`: one provider, an https listener for the API server and an http one for browser and portal. */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { readOptions } from '#demo/supervisor/part-options.ts'
import { createProvider } from './provider.ts'
import { type IdentityOptions, identityKeys, issuerAt } from './start.ts'

const options = readOptions<IdentityOptions>()
const { server } = identityKeys(options.directory)
const handler = createProvider({ ...options, issuer: issuerAt(options.httpsPort) })
const listeners = [
  { server: createHttpServer(handler), port: options.httpPort },
  { server: createHttpsServer({ cert: server.certificate, key: server.key }, handler), port: options.httpsPort },
]
for (const listener of listeners) {
  listener.server.listen(listener.port, '127.0.0.1')
  await once(listener.server, 'listening')
}
console.log(`ready http://localhost:${options.httpPort}`)
process.on('SIGTERM', () => process.exit(0))

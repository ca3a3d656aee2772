import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { Forbidden } from '#lib/errors.ts'
import { foreignHeader, refuseForeignHeaders } from './foreign-headers.ts'

const refused: [string, string][] = [
  ['Impersonate-User: system:serviceaccount:a:break-glass', 'impersonate-user'],
  ['impersonate-group: system:masters', 'impersonate-group'],
  ['IMPERSONATE-UID: 1', 'impersonate-uid'],
  ['Impersonate-Extra-Reason: x', 'impersonate-extra-reason'],
  ['Impersonate_User: x', 'impersonate_user'],
  ['Impersonate_Extra_X: x', 'impersonate_extra_x'],
  ['Connection: Impersonate-User', 'impersonate-user'],
  ['Connection: close, Impersonate-User', 'impersonate-user'],
  ['Connection: keep-alive ,  impersonate_user ', 'impersonate_user'],
  ['Connection: keep-alive\r\nConnection: Impersonate-Group', 'impersonate-group'],
  ['Proxy-Connection: Impersonate-User', 'impersonate-user'],
  ['X-Remote-User: admin', 'x-remote-user'],
  ['X-Remote-Extra-Scopes: x', 'x-remote-extra-scopes'],
  ['x-middleware-subrequest: proxy:proxy:proxy', 'x-middleware-subrequest'],
  ['X_Middleware_Subrequest: 1', 'x_middleware_subrequest'],
]

/** Sends bytes to a server as they are, and says which header it would refuse. */
async function sent(lines: string): Promise<string> {
  const server = createServer((request, response) => {
    const headers = new Headers()
    for (const [name, values] of Object.entries(request.headersDistinct)) for (const value of values ?? []) headers.append(name, value)
    response.end(`refused: ${foreignHeader(headers) ?? 'nothing'}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n`)
  setTimeout(() => server.closeIdleConnections(), 50).unref()
  const answer = await text(socket)
  server.closeAllConnections()
  server.close()
  return answer
}

test.each(refused)('%j on the wire is refused', async (lines, name) => {
  expect(await sent(lines)).toContain(`refused: ${name}`)
})

test.each([
  'Connection: keep-alive',
  'Connection: Upgrade\r\nUpgrade-Insecure-Requests: 1',
  'X-Forwarded-For: 10.0.0.1',
  'Accept-Language: impersonate-user',
  'X-Impersonate-User: x',
])('%j is taken', async (lines) => {
  expect(await sent(lines)).toContain('refused: nothing')
})

test('the refusal names the header', () => {
  expect(() => refuseForeignHeaders(new Headers({ 'impersonate-user': 'x' }))).toThrow(Forbidden)
  expect(() => refuseForeignHeaders(new Headers({ 'impersonate-user': 'x' }))).toThrow(/"impersonate-user"/)
})

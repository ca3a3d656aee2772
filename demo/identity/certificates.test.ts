import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAuthority, issueClientCertificate, issueServerCertificate } from './certificates.ts'
import { integer, objectIdentifier, time } from './der.ts'

const authority = createAuthority('Corbel demo authority', 10)
const leaf = issueServerCertificate(authority, ['localhost', '127.0.0.1'], 5)

test('node:crypto reads the certificates, and the leaf is the authority’s', () => {
  const above = new X509Certificate(authority.certificate)
  const below = new X509Certificate(leaf.certificate)
  expect(above.ca).toBe(true)
  expect(below.ca).toBe(false)
  expect(above.verify(above.publicKey)).toBe(true)
  expect(below.verify(above.publicKey)).toBe(true)
  expect(below.checkIssued(above)).toBe(true)
  expect(below.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
  expect(below.validToDate.getTime() - below.validFromDate.getTime()).toBe(5 * 24 * 60 * 60 * 1000)
})

test.each(['localhost', '127.0.0.1'])('a TLS client that trusts the authority connects to %s', async (name) => {
  expect(await handshake(name, authority.certificate)).toBe('authorized')
})

test('a TLS client refuses another name and another authority', async () => {
  expect(await handshake('elsewhere.test', authority.certificate)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await handshake('localhost', createAuthority('Corbel demo authority', 10).certificate)).not.toBe('authorized')
})

async function handshake(servername: string, ca: string): Promise<string> {
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a server that listens on a port has an AddressInfo
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port, ca, ...(servername === '127.0.0.1' ? {} : { servername }) })
  try {
    return await new Promise((resolve) => {
      client.once('secureConnect', () => resolve('authorized'))
      client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  } finally {
    client.destroy()
    server.close()
  }
}

test('a client certificate names a user and a group', () => {
  const client = new X509Certificate(
    issueClientCertificate(authority, { commonName: 'admin', organization: 'system:masters' }, 5).certificate,
  )
  expect(client.subject).toBe('O=system:masters\nCN=admin')
  expect(client.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
  expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
})

test('integers are never negative and never longer than needed', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), (value) => {
      const body = integer(value).subarray(2)
      expect((body[0] ?? 0) & 0x80).toBe(0)
      expect(BigInt(`0x${body.toString('hex')}`)).toBe(value)
      if (body.length > 1 && body[0] === 0) expect((body[1] ?? 0) & 0x80).toBe(0x80)
    }),
  )
})

test.each([
  ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
  ['2.5.29.17', '0603551d11'],
])('object identifier %s', (dotted, hex) => {
  expect(objectIdentifier(dotted).toString('hex')).toBe(hex)
})

test('times change their form in 2050', () => {
  expect(time(new Date('2049-12-31T23:59:59Z')).toString('latin1')).toBe('\x17\r491231235959Z')
  expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z')
})

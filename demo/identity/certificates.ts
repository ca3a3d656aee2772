/**
 * A certificate authority of the demo's own and certificates it signs (X.509 v3, ECDSA P-256 with SHA-256, RFC 5280).
 * node:crypto reads certificates but makes none.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bitString, boolean, integer, objectIdentifier, octetString, sequence, set, tagged, taggedBytes, time, utf8String } from './der.ts'

/** Certificate and private key, PEM. */
export interface KeyedCertificate {
  certificate: string
  key: string
}

/** Whom a certificate names. */
export interface Subject {
  commonName: string
  organization?: string
}

/** A certificate authority and what its certificates need of it. */
export interface Authority extends KeyedCertificate {
  name: string
}

const oid = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}
const dayMs = 24 * 60 * 60 * 1000
const usage = { digitalSignature: Buffer.from([0x80]), certificateAndListSigning: Buffer.from([0x06]) }

/** Makes an authority that may sign server certificates only one level deep, valid for `days`. */
export function createAuthority(name: string, days: number): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const extensions = [
    extension(oid.basicConstraints, sequence(boolean(true), integer(0n)), true),
    extension(oid.keyUsage, bitString(usage.certificateAndListSigning, 1), true),
    extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
  ]
  return {
    name,
    certificate: certificate({ commonName: name }, { commonName: name }, publicKey, privateKey, days, extensions),
    key: pem(privateKey),
  }
}

/** A server certificate for these names and IPv4 addresses, signed by the authority, valid for `days`. */
export function issueServerCertificate(authority: Authority, names: string[], days: number): KeyedCertificate {
  const alternatives = names.map((name) =>
    isIPv4(name) ? taggedBytes(7, Buffer.from(name.split('.').map(Number))) : taggedBytes(2, Buffer.from(name)),
  )
  return issue(authority, { commonName: names[0] ?? '' }, days, [
    extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, sequence(...alternatives)),
  ])
}

/** A client certificate; Kubernetes reads the user from the common name and the group from the organization. */
export const issueClientCertificate = (authority: Authority, subject: Required<Subject>, days: number): KeyedCertificate =>
  issue(authority, subject, days, [extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid.clientAuth)))])

function issue(authority: Authority, subject: Subject, days: number, extensions: Buffer[]): KeyedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const signer = createPrivateKey(authority.key)
  const all = [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, bitString(usage.digitalSignature, 7), true),
    ...extensions,
    extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(oid.authorityKeyIdentifier, sequence(taggedBytes(0, keyIdentifier(createPublicKey(signer))))),
  ]
  return { certificate: certificate(subject, { commonName: authority.name }, publicKey, signer, days, all), key: pem(privateKey) }
}

function certificate(
  subject: Subject,
  issuer: Subject,
  subjectKey: KeyObject,
  signer: KeyObject,
  days: number,
  extensions: Buffer[],
): string {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256))
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const start = Date.now() - 60_000
  const body = sequence(
    tagged(0, integer(2n)),
    integer(BigInt(`0x${serial.toString('hex')}`)),
    algorithm,
    distinguishedName(issuer),
    sequence(time(new Date(start)), time(new Date(start + days * dayMs))),
    distinguishedName(subject),
    subjectKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  )
  const whole = sequence(body, algorithm, bitString(sign('sha256', body, signer)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function distinguishedName({ organization, commonName }: Subject): Buffer {
  const attribute = (identifier: string, text: string): Buffer => set(sequence(objectIdentifier(identifier), utf8String(text)))
  return sequence(...(organization ? [attribute(oid.organization, organization)] : []), attribute(oid.commonName, commonName))
}

const extension = (identifier: string, value: Buffer, critical = false): Buffer =>
  sequence(objectIdentifier(identifier), ...(critical ? [boolean(true)] : []), octetString(value))

/** RFC 7093, method 1: the first 160 bits of SHA-256 over the public key. */
const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

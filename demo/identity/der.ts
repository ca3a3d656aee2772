/** Writes DER (ITU-T X.690), as much of it as a certificate needs. Each function returns one whole element. */

const element = (tag: number, ...contents: Buffer[]): Buffer => {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size])
  const digits = bytesOf(BigInt(size))
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits])
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
}

/** A SEQUENCE of elements. */
export const sequence = (...items: Buffer[]): Buffer => element(0x30, ...items)

/** A SET of elements; the caller gives them in DER's order. */
export const set = (...items: Buffer[]): Buffer => element(0x31, ...items)

/** A non-negative INTEGER. */
export const integer = (value: bigint): Buffer => {
  const bytes = bytesOf(value)
  return element(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

export const boolean = (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0]))

export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8'))

export const octetString = (bytes: Buffer): Buffer => element(0x04, bytes)

/** A BIT STRING; `unused` bits at the end of the last byte do not count. */
export const bitString = (bytes: Buffer, unused = 0): Buffer => element(0x03, Buffer.from([unused]), bytes)

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, ...[first * 40 + second, ...rest].map(base128))
}

function base128(value: number): Buffer {
  const digits = [value & 0x7f]
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f))
  return Buffer.from(digits)
}

/** A time to the second: UTCTime before 2050, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

/** Context-specific tag around whole elements ([n] EXPLICIT). */
export const tagged = (number: number, ...items: Buffer[]): Buffer => element(0xa0 | number, ...items)

/** Context-specific tag in place of a primitive's own ([n] IMPLICIT). */
export const taggedBytes = (number: number, bytes: Buffer): Buffer => element(0x80 | number, bytes)

/**
 * Checkpoints: signed statements of where a chain stood, in the form of C2SP signed notes (c2sp.org/signed-note) with the three lines of
 * c2sp.org/tlog-checkpoint: origin, number of the last entry, its hash in base64; a fourth line gives the time of signing. The log is a
 * chain and no Merkle tree: the second line is the number of the entry and the third line its hash, and there are no inclusion proofs.
 *
 *   corbel.acme.example/audit
 *   4711
 *   qvC8…=
 *   time 2026-11-23T08:00:00.000Z
 *
 *   — corbel.acme.example/audit Az3grl…
 *
 * The key's id is the first 4 bytes of SHA-256(name LF 0x01 public key); a signature line carries id and Ed25519 signature in base64.
 * Public keys are written `name+id+base64(0x01 public key)`, as everywhere signed notes are used. Pure.
 */
import { hexOf, type Sha256, utf8 } from './audit-entry.ts'

/** Whether an Ed25519 signature is good; given from outside. Public key 32 bytes, signature 64. */
export type CheckSignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

export interface VerifierKey {
  name: string
  /** 4 bytes in hexadecimal. */
  id: string
  publicKey: Uint8Array
  /** As people write it down. */
  text: string
}

export interface Checkpoint {
  origin: string
  /** Number of the last entry it vouches for. */
  seq: number
  /** That entry's hash, in hexadecimal. */
  hash: string
  /** RFC 3339; null where the note does not tell. */
  at: string | null
}

export interface Note {
  /** What is signed, with the line feed at its end. */
  text: string
  signatures: { name: string; id: string; signature: Uint8Array }[]
}

const ed25519 = 1
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** Bytes of strict base64, or undefined. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** A public key under a name (no spaces, no plus). */
export function verifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): VerifierKey {
  const typed = Uint8Array.of(ed25519, ...publicKey)
  const id = hexOf(sha256(Uint8Array.of(...utf8(`${name}\n`), ...typed)).subarray(0, 4))
  return { name, id, publicKey, text: `${name}+${id}+${base64(typed)}` }
}

/** Reads `name+id+key`; undefined where it is none, or its id is not that of its key. */
export function readVerifierKey(text: string, sha256: Sha256): VerifierKey | undefined {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? []
  const typed = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || typed?.length !== 33 || typed[0] !== ed25519) return undefined
  const key = verifierKey(name, typed.subarray(1), sha256)
  return key.id === id ? key : undefined
}

/** The text of a checkpoint that is signed. */
export const checkpointText = ({ origin, seq, hash, at }: Checkpoint): string =>
  `${origin}\n${seq}\n${base64(hexBytes(hash))}\n${at === null ? '' : `time ${at}\n`}`

/** A signed note of a text. */
export function signNote(text: string, key: VerifierKey, sign: (message: Uint8Array) => Uint8Array): string {
  return `${text}\n— ${key.name} ${base64(Uint8Array.of(...hexBytes(key.id), ...sign(utf8(text))))}\n`
}

/** Reads a signed note; undefined where it is none. */
export function readNote(note: string): Note | undefined {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, split + 1)
  const signatures: Note['signatures'] = []
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
    const bytes = encoded === undefined ? undefined : fromBase64(encoded)
    if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
    signatures.push({ name, id: hexOf(bytes.subarray(0, 4)), signature: bytes.slice(4) })
  }
  return { text, signatures }
}

/** What a note's text says, if it is a checkpoint. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin, number, encoded, ...rest] = text.split('\n')
  const hash = encoded === undefined ? undefined : fromBase64(encoded)
  if (!origin || number === undefined || !/^[1-9]\d{0,15}$/.test(number) || hash?.length !== 32 || rest.at(-1) !== '') return undefined
  const time = rest.map((line) => /^time (\S+)$/.exec(line)?.[1]).find((each) => each !== undefined)
  return { origin, seq: Number(number), hash: hexOf(hash), at: time ?? null }
}

/** How a note stands to the keys one trusts: signed by one of them, signed wrongly in the name of one, or by none of them. */
export function judgeNote(note: Note, keys: readonly VerifierKey[], check: CheckSignature): 'good' | 'forged' | 'unknown key' {
  let verdict: 'good' | 'unknown key' = 'unknown key'
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((each) => each.name === name && each.id === id)
    if (!key) continue
    if (!check(key.publicKey, utf8(note.text), signature)) return 'forged'
    verdict = 'good'
  }
  return verdict
}

const hexBytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/**
 * The signed notes in a text: notes one after another, also in code fences of Markdown such as a pull request's, or lines of a log whose JSON
 * carries one as `checkpoint` or `note`.
 */
export function notesIn(text: string): string[] {
  const notes: string[] = []
  let lines: string[] = []
  let signed = false
  const end = (): void => {
    if (signed) notes.push(`${lines.join('\n')}\n`)
    lines = []
    signed = false
  }
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (line.startsWith('{')) {
      const found = noteOfLog(line)
      if (found !== undefined) notes.push(found)
    } else if (line.startsWith('```')) {
      end() // what stands before a fence is no part of the note inside
    } else if (line.startsWith('— ')) {
      lines.push(line)
      signed = true
    } else {
      if (signed) end()
      if (line !== '' || lines.length > 0) lines.push(line)
    }
  }
  end()
  return notes
}

function noteOfLog(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const found = 'checkpoint' in value ? value.checkpoint : 'note' in value ? value.note : undefined
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

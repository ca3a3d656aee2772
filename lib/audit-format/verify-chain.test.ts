import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSignature, sha256, signerOf } from '#lib/audit/audit-crypto.ts'
import { type ChainEntry, chainStart, hashOf, stubOf } from './audit-entry.ts'
import { type EvidenceBundle, signBundle, verifyBundle } from './evidence-bundle.ts'
import { checkpointLine, endLine, entryLine, exportReader, headerLine, keysIn } from './export-lines.ts'
import { checkpointText, judgeNote, notesIn, readNote, readVerifierKey, signNote, verifierKey } from './signed-note.ts'
import type { ChainProblemKind } from './verify-chain.ts'

const signer = (name: string) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const own = signerOf(String(privateKey.export({ format: 'pem', type: 'pkcs8' })))
  return { ...own, key: verifierKey(name, own.publicKey, sha256) }
}
const origin = 'corbel.test/audit'
const portal = signer(origin)
const stranger = signer(origin)

const idOf = (seq: number): string => `01890a5d-ac96-774b-bcce-${String(seq).padStart(12, '0')}`
function entryAfter(before: ChainEntry | undefined, change: Partial<ChainEntry> = {}): ChainEntry {
  const seq = (before?.seq ?? 0) + 1
  const entry = {
    seq,
    format: seq <= 2 ? (1 as const) : (2 as const), // the first two were written by the version before
    id: idOf(seq),
    at: new Date(Date.UTC(2026, 10, 23, 8, 0, seq)).toISOString(),
    requestId: `r${seq}`,
    actor: 'alice@acme.test',
    action: 'proposal.submitted',
    outcome: 'succeeded' as const,
    target: { namespace: 'payments-prod', name: `n${seq}` },
    details: { text: 'ä\u202e', n: seq / 7 },
    previous: before?.hash ?? chainStart,
    ...change,
  }
  return { ...entry, hash: hashOf(entry, sha256) }
}
function chainOf(length: number): ChainEntry[] {
  const chain: ChainEntry[] = []
  while (chain.length < length) chain.push(entryAfter(chain.at(-1)))
  return chain
}
const honest = chainOf(20)
const at = (seq: number): ChainEntry => {
  const entry = honest[seq - 1]
  if (!entry) throw new RangeError(`There is no entry ${seq}.`)
  return entry
}
const noteOf = ({ seq, hash, at: time }: ChainEntry, by = portal): string =>
  signNote(checkpointText({ origin, seq, hash, at: time }), by.key, by.sign)
const notes = [noteOf(at(10)), noteOf(at(18))]

interface Parts {
  entries: ChainEntry[]
  notes: string[]
  complete?: boolean
  end?: { entries: number; seq: number; hash: string }
  after?: { seq: number; hash: string }
}
/** The export as its forger would write it: the end always fits, unless given. */
function exported({ entries, notes: with_, complete = true, end, after = { seq: 0, hash: chainStart } }: Parts): string {
  const last = entries.at(-1)
  return [
    headerLine({ origin, made: '2026-11-23T09:00:00Z', complete, after, keys: [portal.key.text] }),
    ...with_.map(checkpointLine),
    ...entries.map(entryLine),
    endLine(end ?? { entries: entries.length, seq: last?.seq ?? after.seq, hash: last?.hash ?? after.hash }),
  ].join('')
}
function verify(text: string, { keys = [portal.key], kept = [] as string[] } = {}) {
  const reader = exportReader({ sha256, check: checkSignature, keys, kept })
  for (const line of text.split('\n')) reader.line(line)
  return reader.end()
}
const changed = (seq: number, change: Partial<ChainEntry>): ChainEntry[] =>
  honest.map((entry) => (entry.seq === seq ? { ...entry, ...change } : entry))
/** The chain made anew from an entry on, with right hashes: what somebody can do who may write everything and has no key. */
function rewritten(from: number, change: Partial<ChainEntry>): ChainEntry[] {
  const chain = honest.slice(0, from - 1)
  for (const entry of honest.slice(from - 1)) {
    const { hash: _, previous: __, ...told } = entry
    chain.push(entryAfter(chain.at(-1), { ...told, ...(entry.seq === from ? change : {}) }))
  }
  return chain
}
const swapped = (a: number, b: number): ChainEntry[] => honest.map(({ seq }) => (seq === a ? at(b) : seq === b ? at(a) : at(seq)))

test('an honest chain across both formats is intact, up to its last checkpoint', () => {
  const report = verify(exported({ entries: honest, notes }))
  expect(report.problems).toEqual([])
  expect(report).toMatchObject({ verdict: 'intact', entries: 20, vouchedTo: 18, checkpoints: 2, last: { seq: 20 } })
  expect(report.remarks).toEqual(['Entries 19 to 20 are newer than the last checkpoint.'])
})

const tampered: [string, ChainProblemKind, string][] = [
  ['a changed field', 'changed', exported({ entries: changed(7, { actor: 'mallory' }), notes })],
  ['a changed field deep inside', 'changed', exported({ entries: changed(7, { details: { text: 'ä', n: 1 } }), notes })],
  ['a changed entry of the older format', 'changed', exported({ entries: changed(1, { outcome: 'failed' }), notes })],
  ['a changed time', 'changed', exported({ entries: changed(7, { at: '2026-11-23T08:00:07.001Z' }), notes })],
  ['a changed hash only', 'changed', exported({ entries: changed(7, { hash: 'a'.repeat(64) }), notes })],
  ['a changed link only', 'link', exported({ entries: changed(7, { previous: 'a'.repeat(64) }), notes })],
  ['an entry removed in the middle', 'missing', exported({ entries: honest.filter(({ seq }) => seq !== 7), notes })],
  ['an entry of the older format removed', 'link', exported({ entries: honest.filter(({ seq }) => seq !== 1), notes })],
  [
    'an entry removed, the others numbered anew',
    'changed',
    exported({ entries: honest.filter(({ seq }) => seq !== 7).map((entry, i) => ({ ...entry, seq: i + 1 })), notes }),
  ],
  ['the end removed after a checkpoint', 'cut off', exported({ entries: honest.slice(0, 15), notes })],
  ['the end and its checkpoint removed', 'cut off', exported({ entries: honest.slice(0, 15), notes: notes.slice(0, 1) })],
  [
    'an entry slipped in',
    'duplicate',
    exported({ entries: [...honest.slice(0, 7), entryAfter(at(6), { actor: 'mallory' }), ...honest.slice(7)], notes }),
  ],
  [
    'an entry slipped in between numbers',
    'duplicate',
    exported({ entries: [...honest.slice(0, 7), { ...entryAfter(at(7)), actor: 'mallory' }, ...honest.slice(7)], notes }),
  ],
  ['two entries in another order', 'order', exported({ entries: swapped(7, 8), notes })],
  ['a chain rewritten from an entry on, without the key', 'checkpoint', exported({ entries: rewritten(7, { actor: 'mallory' }), notes })],
  ['a chain rewritten as if of the older format', 'format', exported({ entries: rewritten(7, { format: 1, actor: 'mallory' }), notes })],
  [
    'a forged checkpoint',
    'signature',
    exported({
      entries: rewritten(7, { actor: 'mallory' }),
      notes: [forged(notes[0] ?? '', rewritten(7, { actor: 'mallory' })[9]?.hash ?? '')],
    }),
  ],
  [
    'a checkpoint of another key',
    'signature',
    exported({
      entries: rewritten(7, { actor: 'mallory' }),
      notes: rewritten(7, { actor: 'mallory' })
        .slice(9, 10)
        .map((entry) => noteOf(entry, stranger)),
    }),
  ],
  [
    'a fork',
    'fork',
    exported({ entries: [...honest.slice(0, 8), entryAfter(at(7), { seq: 9, actor: 'mallory' }), ...honest.slice(9)], notes }),
  ],
  ['a number twice', 'duplicate', exported({ entries: [...honest.slice(0, 7), at(7), ...honest.slice(7)], notes })],
  ['an export cut off', 'cut off', exported({ entries: honest, notes }).split('\n').slice(0, -4).join('\n')],
  ['an export cut off within a line', 'unreadable', exported({ entries: honest, notes }).slice(0, -40)],
  [
    'an end of another export',
    'cut off',
    exported({ entries: honest.slice(0, 19), notes, end: { entries: 20, seq: 20, hash: at(20).hash } }),
  ],
  ['a start that was moved', 'link', exported({ entries: honest.slice(1), notes, after: { seq: 0, hash: at(1).hash } })],
  ['a field more', 'unreadable', exported({ entries: honest, notes }).replace('"seq":7,', '"seq":7,"note":"x",')],
  ['something after the end', 'unreadable', `${exported({ entries: honest, notes })}${entryLine(at(20))}`],
]
function forged(note: string, hash: string): string {
  const lines = note.split('\n')
  return [...lines.slice(0, 2), Buffer.from(hash, 'hex').toString('base64'), ...lines.slice(3)].join('\n')
}

describe('tampering is found', () => {
  test.each(tampered)('%s', (why, kind, text) => {
    const kept = why === 'the end and its checkpoint removed' ? [notes[1] ?? ''] : []
    const report = verify(text, { kept })
    expect(report.verdict).toBe('tampered')
    expect(report.problems.map((problem) => problem.kind)).toContain(kind)
  })

  test('a chain rewritten with right hashes fits together: only a checkpoint shows it', () => {
    const text = exported({ entries: rewritten(7, { actor: 'mallory' }), notes: [] })
    expect(verify(text)).toMatchObject({ verdict: 'cannot tell', problems: [] })
    expect(verify(text, { kept: [notes[0] ?? ''] })).toMatchObject({ verdict: 'tampered' })
    expect(verify(text, { kept: [notes[0] ?? ''], keys: [] })).toMatchObject({ verdict: 'tampered' })
  })

  test('an end that was cut fits together, too: only a checkpoint shows it', () => {
    const text = exported({ entries: honest.slice(0, 15), notes: [] })
    expect(verify(text)).toMatchObject({ verdict: 'cannot tell', problems: [] })
    expect(verify(text, { kept: [notes[1] ?? ''] }).problems).toEqual([expect.objectContaining({ kind: 'cut off', seq: 18 })])
  })

  test('a change of any field of any entry', () => {
    const fields = [
      'seq',
      'id',
      'at',
      'requestId',
      'actor',
      'action',
      'outcome',
      'intent',
      'awaits',
      'target',
      'details',
      'previous',
      'hash',
    ] as const
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 20 }), fc.constantFrom(...fields), (seq, field) => {
        const other: Partial<ChainEntry> = {
          ...{
            seq: seq + 100,
            id: idOf(seq + 100),
            at: '2026-11-24T08:00:00.000Z',
            requestId: 'x',
            actor: 'x',
            action: 'x.y',
            outcome: 'denied',
          },
          ...{ intent: idOf(1), awaits: true, target: {}, details: {}, previous: 'b'.repeat(64), hash: 'b'.repeat(64) },
        }
        expect(verify(exported({ entries: changed(seq, { [field]: other[field] }), notes })).verdict).toBe('tampered')
      }),
      { numRuns: 80 },
    )
  })
})

describe('what cannot be told is not called intact', () => {
  test.each([
    ['no key and nothing kept', exported({ entries: honest, notes }), { keys: [] }],
    ['no checkpoint', exported({ entries: honest, notes: [] }), {}],
    ['entries left out by a filter', exported({ entries: honest.filter(({ seq }) => seq % 2 === 0), notes: [], complete: false }), {}],
    ['nothing in it', exported({ entries: [], notes: [] }), {}],
  ])('%s', (_, text, options) => {
    expect(verify(text, options)).toMatchObject({ verdict: 'cannot tell', problems: [] })
  })

  test('in an export with entries left out, a changed one is still found', () => {
    const entries = changed(8, { actor: 'mallory' }).filter(({ seq }) => seq % 2 === 0)
    expect(verify(exported({ entries, notes: [], complete: false })).verdict).toBe('tampered')
  })

  test('a checkpoint one kept vouches without a key, up to its entry', () => {
    expect(verify(exported({ entries: honest, notes: [] }), { keys: [], kept: [notes[0] ?? ''] })).toMatchObject({
      verdict: 'intact',
      vouchedTo: 10,
    })
  })

  test('an export that begins later says so', () => {
    const report = verify(exported({ entries: honest.slice(5), notes, after: { seq: 5, hash: at(5).hash } }))
    expect(report).toMatchObject({ verdict: 'intact', vouchedTo: 18 })
    expect(report.remarks.join()).toContain('after entry 5')
  })

  test('intents without outcome are told, and a clock that went back', () => {
    const chain = [...honest]
    chain.push(entryAfter(chain.at(-1), { outcome: 'intent', awaits: true }))
    chain.push(entryAfter(chain.at(-1), { outcome: 'intent', awaits: true }))
    chain.push(entryAfter(chain.at(-1), { intent: idOf(22), at: '2026-11-23T08:00:00.000Z' }))
    const { verdict, remarks } = verify(exported({ entries: chain, notes }))
    expect(verdict).toBe('intact')
    expect(remarks).toContain('One intent has no outcome, the first is entry 21.')
    expect(remarks).toContain('The clock of the database went back once between entries.')
  })
})

describe('signed notes', () => {
  // Key and id of the example in c2sp.org/signed-note and golang.org/x/mod/sumdb/note.
  const example = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  test('keys are read and written as everywhere; one whose id is another is refused', () => {
    const key = readVerifierKey(example, sha256)
    expect(key).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3', text: example })
    expect(readVerifierKey(example.replace('c74f20a3', 'c74f20a4'), sha256)).toBeUndefined()
    expect(keysIn(`# keys\n${example}  # Peter\n\n`, sha256)).toHaveLength(1)
    expect(keysIn('nonsense', sha256)).toBeUndefined()
  })

  test('a note of another program verifies', () => {
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    const note = readNote(notesIn(text)[0] ?? '')
    const key = readVerifierKey(example, sha256)
    if (!note || !key) throw new Error('the example is not understood')
    expect(judgeNote(note, [key], checkSignature)).toBe('good')
    expect(judgeNote({ ...note, text: note.text.replace('answer', 'Answer') }, [key], checkSignature)).toBe('forged')
    expect(judgeNote(note, [portal.key], checkSignature)).toBe('unknown key')
  })

  test('notes are found one after another, and in the lines of a log', () => {
    expect(notesIn(notes.join('\n'))).toEqual(notes)
    expect(notesIn(notes.map((note) => JSON.stringify({ level: 30, checkpoint: note, msg: 'audit checkpoint' })).join('\n'))).toEqual(notes)
    expect(notesIn('nothing\nhere\n')).toEqual([])
  })

  test('a note in a code fence is found, whatever stands around it', () => {
    const body = `Brings it back.\n\n| | |\n| --- | --- |\n\nThe audit log:\n\n\`\`\`\n${notes[0]}\`\`\`\n\nBy Ana.\n\n<!--\nCorbel-Proposal: x\n-->`
    for (const text of [body, body.replaceAll('\n', '\r\n')]) expect(notesIn(text)).toEqual([notes[0]])
  })
})

describe('evidence bundles', () => {
  const entries = honest.slice(4, 18).map((entry) => (entry.seq % 3 === 0 ? entry : stubOf(entry, sha256)))
  const parts = {
    origin,
    made: '2026-11-23T09:00:00Z',
    subject: { session: 's1' },
    after: { seq: 4, hash: at(4).hash },
    entries,
    attachments: { patch: [] },
  }
  const bundle = signBundle({ ...parts, checkpoint: noteOf(at(18)) }, portal.key, portal.sign)
  const judge = (value: unknown, keys = [portal.key]) =>
    verifyBundle(JSON.stringify(value), { keys, kept: [], sha256, check: checkSignature })

  test('an honest one verifies with nothing but the public key, and tells nothing of other entries', () => {
    expect(judge(bundle)).toMatchObject({ verdict: 'intact', vouchedTo: 18, problems: [] })
    expect(JSON.stringify(bundle)).not.toContain('n7"')
    expect(judge(bundle, [])).toMatchObject({ verdict: 'cannot tell' })
  })

  const again = (change: Partial<EvidenceBundle>, by = portal): EvidenceBundle => {
    const { corbel: _, version: __, key: ___, signature: ____, ...rest } = { ...bundle, ...change }
    return signBundle(rest, by.key, by.sign)
  }
  test.each([
    ['another attachment', { ...bundle, attachments: { patch: ['x'] } }, 'signature'],
    ['signed by another key', again({}, stranger), 'signature'],
    ['an entry left out', again({ entries: entries.filter((_, index) => index !== 3) }), 'missing'],
    [
      'an entry changed',
      again({ entries: entries.map((entry) => ('actor' in entry && entry.seq === 9 ? { ...entry, actor: 'mallory' } : entry)) }),
      'changed',
    ],
    [
      'a mere hash changed',
      again({ entries: entries.map((entry) => ('content' in entry && entry.seq === 8 ? { ...entry, content: 'c'.repeat(64) } : entry)) }),
      'changed',
    ],
    ['the end cut off', again({ entries: entries.slice(0, -2) }), 'cut off'],
    ['a checkpoint of another key', again({ checkpoint: noteOf(at(18), stranger) }), 'signature'],
    ['half a file', JSON.stringify(bundle).slice(0, 900), 'unreadable'],
  ])('tampering is found: %s', (_, value, kind) => {
    const report = judge(value)
    expect(report.verdict).toBe('tampered')
    expect(report.problems.map((problem) => problem.kind)).toContain(kind)
  })
})

import { describe, expect, test } from 'vitest'
import { sha256 } from '#lib/audit/audit-crypto.ts'
import { ChainEntry, chainStart, contentOf, hashOf, stubHash, stubOf } from './audit-entry.ts'
import vectors from './golden-vectors.json' with { type: 'json' }

describe('golden vectors: the bytes and hashes that every program must get (checked once with Python)', () => {
  test.each(vectors.map((vector) => [vector.why, vector] as const))('%s', (_, { seq, at, previous, entry, content, hash }) => {
    expect(contentOf(ChainEntry.omit({ seq: true, format: true, at: true, previous: true, hash: true }).parse(entry))).toBe(content)
    const whole = ChainEntry.parse({ ...entry, seq, format: 2, at, previous, hash })
    expect(hashOf(whole, sha256)).toBe(hash)
    expect(stubHash(stubOf(whole, sha256), sha256)).toBe(hash)
  })
})

test('an entry of the version before has the hash that version wrote', () => {
  const entry = {
    seq: 3,
    format: 1 as const,
    id: '01890a5d-ac96-774b-bcce-b30200000001',
    at: '2026-11-23T02:01:00.123Z',
    requestId: 'r1',
    actor: 'alice',
    action: 'proposal.submitted',
    outcome: 'intent' as const,
    target: { name: 'n1', b: 1, a: 2 },
    details: { nested: { z: [1, 'x'], a: null } },
    previous: chainStart,
  }
  // made by entryHash of that version
  expect(hashOf(entry, sha256)).toBe('43147928bc6802036b3571b4b05435633bcef4031e9db0473f3f0f00a0cf383b')
})

/**
 * An emergency edit without hands, through the portal's own API and the demo's cluster with its gate: opened once, then edited, judged, applied
 * and undone again and again. Rounds are as many as the limit of dry runs in a minute lets one person make.
 */

import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BreakGlassSession, ChangeEditor, Difference, Offer, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import { benchDemo } from './bench-demo.ts'
import { type Person, signIn } from './person.ts'
import { type Figure, spread } from './statistics.ts'

const at = { cluster: 'demo', namespace: 'payments-prod', kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com', name: 'payment-events-dead' }
const base = '/api/v1/break-glass'

export async function run(rounds = 12): Promise<{ name: string; rows: Figure[] }> {
  const demo = await benchDemo()
  const alice = await signIn(demo.url, 'alice')
  const times: Record<string, number[]> = {}
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const result = await work()
    times[what] = [...(times[what] ?? []), performance.now() - started]
    return result
  }
  const offer = await offerSoon(alice)
  if (offer.mine) await alice.call('POST', `${base}/${offer.mine}/end`, {})
  const asked = { ...at, action: 'edit', reason: 'Measuring what an emergency edit takes', minutes: 10 }
  const session = await timed('ask for a session', () => alice.call<BreakGlassSession>('POST', base, asked))
  await timed('open it, gate included', () => alice.call<SessionDetail>('POST', `${base}/${session.id}/open`, {}))
  // the first round warms the routes up
  for (let round = 0; round <= rounds; round++) {
    await edit(alice, session.id, 90_000 + round, timed)
    if (round === 0) for (const what of Object.keys(times)) if (!what.includes('session') && !what.includes('gate')) times[what] = []
  }
  await timed('end it, gate included', () => alice.call<SessionDetail>('POST', `${base}/${session.id}/end`, { note: '' }))
  const goals: Record<string, string> = { 'dry run': '< 1000' }
  return {
    name: 'break-glass',
    rows: [
      { what: 'rounds', value: rounds, unit: '' },
      ...Object.entries(times).map(([what, values]) => ({
        what,
        value: spread(values, 0),
        unit: 'ms min / median / max',
        ...(goals[what] ? { goal: goals[what] } : {}),
      })),
    ],
  }
}

type Timed = <T>(what: string, work: () => Promise<T>) => Promise<T>

/** What is offered at the resource. A demo that began a moment ago does not know it yet: asked again for up to half a minute. */
async function offerSoon(alice: Person): Promise<Offer> {
  for (let tries = 60; ; tries--) {
    try {
      return await alice.call<Offer>('GET', `${base}/offer?${new URLSearchParams(at)}`)
    } catch (error) {
      if (tries === 0) throw error
      await sleep(500)
    }
  }
}

async function edit(alice: Person, session: string, seconds: number, timed: Timed): Promise<void> {
  const changes = `${base}/${session}/changes`
  const { change, text } = await timed('start a change', () =>
    alice.call<ChangeEditor>('POST', changes, { kind: at.kind, name: at.name, action: 'edit' }),
  )
  const one = `${changes}/${change.id}`
  const line = `  messageRetentionDuration: ${seconds}s`
  const edited = /^ {2}messageRetentionDuration: .*$/m.test(text)
    ? text.replace(/^ {2}messageRetentionDuration: .*$/m, line)
    : text.replace(/^spec:.*$/m, `spec:\n${line}`)
  const saved = await timed('save the edit', () => alice.call<ChangeEditor>('PUT', one, { text: edited, revision: change.revision }))
  if (saved.stale) throw new Error(saved.stale)
  await timed('difference', () => alice.call<Difference>('GET', `${one}/difference`))
  const judged = await timed('dry run', () => alice.call<SessionChange>('POST', `${one}/dry-run`))
  if (judged.state !== 'judged') throw new Error(`The dry run was not accepted: ${judged.dryRun?.message ?? judged.problem}`)
  const applied = await timed('apply', () => alice.call<SessionChange>('POST', `${one}/apply`, { name: at.name, hash: judged.patchHash }))
  if (applied.state !== 'applied') throw new Error(`It was not applied: ${applied.problem}`)
  await timed('undo, with its dry run', () => alice.call<SessionChange>('POST', `${one}/undo`, { name: at.name }))
}

/** The portal's own look through the whole chain, for the badge on the Audit page. Evidence is what `corbel audit verify` finds elsewhere. */
import { z } from 'zod'
import { judgeNote, readNote } from '#lib/audit-format/signed-note.ts'
import { type ChainReport, chainVerifier } from '#lib/audit-format/verify-chain.ts'
import { database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { log } from '#lib/telemetry/log.ts'
import { checkSignature, sha256 } from './audit-crypto.ts'
import { checkpointKey } from './checkpoint-key.ts'
import { chainFrom, chainHead } from './read-chain.ts'

/** Recomputes every entry up to the present end. Checkpoints of other keys (of the past) are passed over. */
export async function verifyWholeChain(): Promise<ChainReport> {
  const key = checkpointKey()
  const verifier = chainVerifier({ sha256, check: checkSignature, keys: key ? [key.verifier] : [], kept: [] })
  const head = await chainHead(database())
  const notes = await database().$queryRaw<{ note: string }[]>`
    SELECT "note" FROM "corbel_audit"."checkpoint" WHERE "seq" <= ${head.seq}::bigint ORDER BY "seq"`
  for (const { note } of notes) {
    const read = readNote(note)
    if (!key || !read || judgeNote(read, [key.verifier], checkSignature) !== 'unknown key') verifier.checkpoint(note)
  }
  for await (const entries of chainFrom(database(), 0, head.seq)) for (const entry of entries) verifier.entry(entry)
  const last = verifier.last()
  if ((last?.seq ?? 0) !== head.seq || (last && last.hash !== head.hash))
    verifier.problem('cut off', head.seq, `The head says the chain ends at entry ${head.seq}; its last entry is ${last?.seq ?? 0}.`)
  const report = verifier.end()
  const [problem] = report.problems
  await noteVerification('full', { seq: last?.seq ?? 0, problem: problem?.message ?? null, problemSeq: problem?.seq ?? null })
  if (problem) log().error({ problems: report.problems }, 'the audit chain does not hold')
  return report
}

/** Whether somebody looked through all of it within the last hour. */
export async function wholeChainWasVerified(): Promise<boolean> {
  const [row] = await database().$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT FROM "audit_verification" WHERE "scope" = 'full' AND "at" > clock_timestamp() - interval '1 hour') AS "found"`
  return row?.found ?? false
}

/** Once an hour, and when somebody asks. */
export const verifyAuditJob = defineJob('verify-audit', z.object({}), async () => void (await verifyWholeChain()), {
  retries: 1,
  expireSeconds: 1800,
  concurrency: 1,
  schedule: '23 * * * *',
})

/** Keeps what a look found, at the database's time. */
export async function noteVerification(
  scope: 'full' | 'latest',
  { seq, problem, problemSeq }: { seq: number; problem: string | null; problemSeq: number | null },
): Promise<void> {
  await database().$executeRaw`
    INSERT INTO "audit_verification" ("scope", "seq", "at", "problem", "problemSeq")
    VALUES (${scope}, ${seq}::bigint, clock_timestamp(), ${problem}, ${problemSeq}::bigint)
    ON CONFLICT ("scope") DO UPDATE SET "seq" = EXCLUDED."seq", "at" = EXCLUDED."at", "problem" = EXCLUDED."problem", "problemSeq" = EXCLUDED."problemSeq"`
}

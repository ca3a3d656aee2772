'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { count, exactTime } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { AuditStatus } from '#lib/audit/contract.ts'
import styles from './audit.module.css'
import { verifyNow } from './audit-queries.ts'

/** How somebody else verifies the log without believing this portal: the key, the newest checkpoint, the command. */
export function ProofDialog({ open, onClose, status }: { open: boolean; onClose: () => void; status: AuditStatus }) {
  const client = useQueryClient()
  const verify = useMutation({
    mutationFn: verifyNow,
    onSuccess: () => void setTimeout(() => void client.invalidateQueries({ queryKey: ['audit'] }), 2000),
  })
  const { key, checkpoint, verified, all } = status
  const command = `corbel audit verify audit.jsonl${key ? ` --key '${key}'` : ''}`
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Proof"
      wide
      footer={
        all ? (
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>
            Verify everything now
          </Button>
        ) : undefined
      }
    >
      <div className={styles.proof}>
        <p>
          Each entry carries a hash of its content and of the entry before it, so no entry can be changed, removed or slipped in unnoticed.
          Signed checkpoints, kept in the log stream and outside the database, show if the whole log was rewritten.
        </p>
        <p role="status">
          {verify.isSuccess
            ? 'The worker looks through the whole chain now. What it finds stands beside the title.'
            : verified
              ? `The portal looked last at ${exactTime(Date.parse(verified.at))}, up to entry ${count(verified.seq)}.`
              : 'The portal has not looked through the chain yet; it does so every hour.'}
        </p>
        {verify.isError ? <Banner tone="red">{verify.error.message}</Banner> : null}
        <h3>Verify it yourself</h3>
        <p>Export JSON lines without a filter, then, on any machine, without this portal and its database:</p>
        <Copied text={command} label="Copy the command" />
        <h3>Public key</h3>
        {key ? <Copied text={key} label="Copy the public key" /> : <p>None is configured (CORBEL_AUDIT_KEY_FILE), so nothing is signed.</p>}
        <h3>Newest checkpoint</h3>
        {checkpoint ? (
          <>
            <p>
              Of entry {count(checkpoint.seq)}, {exactTime(Date.parse(checkpoint.at))}. Keep it: <code>--from-checkpoint</code> takes it.
            </p>
            <Copied text={checkpoint.note} label="Copy the checkpoint" />
          </>
        ) : (
          <p>There is none yet.</p>
        )}
      </div>
    </Dialog>
  )
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <div className={styles.copied}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} label={label} />
    </div>
  )
}

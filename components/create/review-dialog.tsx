'use client'

import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { counted } from '#components/ui/format.ts'
import { TextArea, TextField } from '#components/ui/inputs.tsx'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { PreviewGroup, ProposalDetail, ResourceChange } from '#lib/proposals/contract.ts'
import styles from './editor.module.css'
import { Refusal, ReviewedChange } from './review-changes.tsx'
import { OpenProposalChoice } from './review-open-proposals.tsx'
import { useReview } from './use-review.ts'

/**
 * What will happen, before it happens: the files, the differences, the API server's verdicts, the words of the pull
 * request (one for each repository) and whose account opens it. For deletions `confirmName` must be typed first.
 */
export function ReviewDialog({
  changes,
  draftKey,
  basketItems,
  onto: chosen,
  here,
  heading,
  confirmName,
  consequence,
  onClose,
  onChangedInGit,
  onSent,
}: {
  changes: ResourceChange[]
  draftKey?: string
  /** The items of the person's basket that these changes are, in the same order: they leave it when the proposal is recorded. */
  basketItems?: readonly string[]
  /** The proposal to add a commit to, where that was chosen before. */
  onto?: ProposalDetail | undefined
  /** The page's address, to come back to from GitHub. */
  here: string
  /** The dialog's title, where the usual one does not do. */
  heading?: string
  confirmName?: string
  /** What deleting does beyond the file. */
  consequence?: ReactNode
  onClose: () => void
  onChangedInGit?: (() => void) | undefined
  /** Of several pull requests the first. */
  onSent: (id: string) => void
}) {
  const review = useReview({ changes, draftKey, basketItems, onto: chosen, onSent })
  const { preview, data, places, others, way, problem } = review
  const [typedName, setTypedName] = useState('')
  const [first] = changes
  const deleting = changes.every(({ action }) => action === 'delete')
  const confirmed = confirmName === undefined || typedName === confirmName
  const onto = way?.way === 'onto' ? way.proposal : null
  const groups = data?.groups ?? []
  const usual = chosen
    ? `Review commit for #${chosen.pullNumber}`
    : deleting && changes.length === 1
      ? `Delete ${first?.name} by pull request`
      : 'Review pull request'
  return (
    <Dialog
      open
      wide
      title={heading ?? usual}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{heading ? 'Back' : deleting ? 'Keep it' : 'Back to the form'}</Button>
          <Button
            look={deleting ? 'danger' : 'primary'}
            busy={review.sending}
            disabled={!review.complete || !confirmed}
            onClick={() => void review.send()}
          >
            {onto ? 'Add commit' : groups.length > 1 ? `Open ${counted(groups.length, 'pull request')}` : 'Open pull request'}
          </Button>
        </>
      }
    >
      <div className={styles.review}>
        {consequence ? <Banner tone="red">{consequence}</Banner> : null}
        {problem ? (
          <Refusal
            message={problem.detail}
            code={problem.code}
            fields={problem.fields}
            onChangedInGit={onto ? undefined : onChangedInGit}
          />
        ) : null}
        {preview.isError && !problem ? <ErrorState error={preview.error} what="the review" /> : null}
        {!chosen && (others.length > 0 || onto) ? (
          <OpenProposalChoice
            proposals={onto ? [onto, ...others] : others}
            several={changes.length > 1}
            mayAdd={groups.length <= 1}
            way={way}
            choose={review.choose}
          />
        ) : null}
        {!data && !preview.isError ? <Skeleton lines={2} rows={6} label="Working out what changes" /> : null}
        {data ? (
          <>
            {data.changes.map((change, at) => {
              const index = places[at] ?? at
              const asked = changes[index]
              return asked ? (
                <ReviewedChange
                  key={index}
                  asked={asked}
                  change={change}
                  alone={changes.length === 1}
                  onto={onto?.id}
                  onChangedInGit={onChangedInGit}
                  leaveOut={places.length > 1 ? () => review.leaveOut(index) : undefined}
                />
              ) : null
            })}
            {groups.map((group) => (
              <Group key={group.repository} group={group} alone={groups.length === 1} here={here} review={review} />
            ))}
            {confirmName === undefined ? null : (
              <TextField label={`Type ${confirmName} to confirm`} mono required value={typedName} onChange={setTypedName} />
            )}
          </>
        ) : null}
      </div>
    </Dialog>
  )
}

/** What goes to one repository: the files, and the words of the pull request. */
function Group({
  group,
  alone,
  here,
  review,
}: {
  group: PreviewGroup
  alone: boolean
  here: string
  review: ReturnType<typeof useReview>
}) {
  const { title, message } = review.wordsOf(group)
  const onto = review.way?.way === 'onto' ? review.way.proposal : null
  const diffs = group.files.map((file) => (
    <DiffView key={file.path} diff={file.diff} path={file.path} action={<a href={group.repositoryUrl}>{group.repository}</a>} />
  ))
  return (
    <>
      {alone ? null : <h3>{group.repository}</h3>}
      {group.files.length > 3 ? (
        <details>
          <summary>{counted(group.files.length, 'file')} change</summary>
          <div className={styles.review}>{diffs}</div>
        </details>
      ) : (
        diffs
      )}
      {group.files.length === 0 ? null : (
        <>
          <TextField
            label="Title"
            help={onto ? 'The first line of the commit.' : undefined}
            required
            maxLength={200}
            value={title}
            onChange={(said) => review.write(group.repository, { title: said })}
          />
          <TextArea
            label="Message"
            help="Why this change is wanted; reviewers read it in the pull request."
            maxLength={20_000}
            rows={3}
            value={message}
            onChange={(said) => review.write(group.repository, { message: said })}
          />
          {onto ? (
            <p className={styles.facts}>
              <span>
                Added to <code>{group.baseBranch}</code> by Corbel on your behalf; your name stands in the commit. CI plans the pull request
                again.
              </span>
            </p>
          ) : (
            <OpenedAs group={group} here={here} />
          )}
        </>
      )}
    </>
  )
}

function OpenedAs({ group, here }: { group: PreviewGroup; here: string }) {
  const me = useQuery(queries.me())
  const login = me.data?.github?.login
  return (
    <p className={styles.facts}>
      {group.openedAs === 'github-user' ? (
        <span>
          Opened into <code>{group.baseBranch}</code> as your GitHub account{login ? <strong> {login}</strong> : null}.
        </span>
      ) : (
        <span>
          Opened into <code>{group.baseBranch}</code> by Corbel on your behalf; your name stands in it. To open it as yourself,{' '}
          <a href={apiPaths.linkGithub(here)}>link your GitHub account</a>; your text is kept.
        </span>
      )}
    </p>
  )
}

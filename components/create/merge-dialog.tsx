'use client'

/** Two people's changes of one manifest put together: what goes by itself is shown, what both changed is chosen side by side. */
import { useId, useMemo, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { JsonPath } from '#lib/json.ts'
import { unifiedDiff } from '#lib/manifest/diff-lines.ts'
import type { ValueDifference } from '#lib/manifest/diff-values.ts'
import { type MergeConflict, mergeManifests } from '#lib/manifest/merge-values.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import styles from './merge.module.css'
import { mergeListsOf } from './merge-lists.ts'
import { Value } from './merge-value.tsx'

interface Version {
  text: string
  document: number
}

type Choice = 'mine' | 'theirs' | 'later'

export function MergeDialog({
  base,
  mine,
  git,
  kind,
  onClose,
  onMerged,
}: {
  base: Version
  mine: Version
  git: Version & { path: string }
  kind: CompiledKind
  onClose: () => void
  onMerged: (merged: { text: string; changed: number; later: JsonPath[] }) => void
}) {
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({})
  const sides = useMemo(
    () => ({
      base: base.text,
      mine: mine.text,
      theirs: git.text,
      documents: { base: base.document, mine: mine.document, theirs: git.document },
    }),
    [base, mine.text, mine.document, git],
  )
  const lists = useMemo(() => mergeListsOf(kind), [kind])
  const { conflicts } = useMemo(() => mergeManifests(sides, lists), [sides, lists])
  const result = useMemo(
    () =>
      mergeManifests(sides, lists, ({ id }) => {
        const choice = choices[id]
        return choice === 'later' ? 'theirs' : choice
      }),
    [sides, lists, choices],
  )
  const unreadable = conflicts.find(({ path, why }) => path.length === 0 && why !== undefined)
  const open = result.conflicts.length
  const use = () =>
    onMerged({
      text: result.text,
      changed: result.mine.length,
      later: conflicts.filter(({ id }) => choices[id] === 'later').map(({ path }) => path),
    })

  return (
    <Dialog
      open
      wide
      title="Merge with Git's version"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={open > 0}
            title={open > 0 ? `${counted(open, 'field')} still to choose` : undefined}
            onClick={use}
          >
            Use the merged text
          </Button>
        </>
      }
    >
      <div className={styles.merge}>
        {unreadable ? (
          <Banner tone="red">These texts cannot be merged. {unreadable.why}</Banner>
        ) : (
          <>
            <p role="status">
              {conflicts.length === 0
                ? 'You and Git changed different fields, so both changes fit together.'
                : `${counted(conflicts.length, 'field')} changed on both sides. ${open === 0 ? 'All are chosen.' : `${open} still to choose.`}`}
            </p>
            {conflicts.length > 1 ? (
              <p className={styles.all}>
                <Button size="small" onClick={() => setChoices(Object.fromEntries(conflicts.map(({ id }) => [id, 'mine'])))}>
                  All mine
                </Button>
                <Button size="small" onClick={() => setChoices(Object.fromEntries(conflicts.map(({ id }) => [id, 'theirs'])))}>
                  All Git's
                </Button>
              </p>
            ) : null}
            {conflicts.map((conflict) => (
              <ConflictChoice
                key={conflict.id}
                conflict={conflict}
                why={result.conflicts.find(({ id, why }) => id === conflict.id && why)?.why}
                choice={choices[conflict.id]}
                choose={(choice) => setChoices({ ...choices, [conflict.id]: choice })}
              />
            ))}
            <Taken title="Changed by you" differences={result.mine} />
            <Taken title="Changed in Git" differences={result.theirs} />
            {result.lostComments.length > 0 ? (
              <Banner tone="amber">
                {counted(result.lostComments.length, 'comment')} of yours found no place: {result.lostComments.join(' ')} Write{' '}
                {result.lostComments.length === 1 ? 'it' : 'them'} again in the YAML if you need{' '}
                {result.lostComments.length === 1 ? 'it' : 'them'}.
              </Banner>
            ) : null}
            <DiffView diff={unifiedDiff(git.text, result.text)} path={git.path} />
          </>
        )}
      </div>
    </Dialog>
  )
}

function ConflictChoice({
  conflict: { path, base, mine, theirs },
  why,
  choice,
  choose,
}: {
  conflict: MergeConflict
  /** Why mine cannot be taken. */
  why: string | undefined
  choice: Choice | undefined
  choose: (choice: Choice) => void
}) {
  const group = useId()
  const option = (value: Choice, title: string, content: React.ReactNode) => (
    <label className={styles.option} data-checked={choice === value}>
      <span>
        <input type="radio" name={group} checked={choice === value} onChange={() => choose(value)} /> {title}
      </span>
      {content}
    </label>
  )
  return (
    <fieldset className={styles.conflict}>
      <legend>
        <code>{fieldPath(path)}</code>
      </legend>
      <div className={styles.sides}>
        <div className={styles.side}>
          <span>When you began</span>
          <Value value={base} />
        </div>
        {option('mine', 'Yours', <Value value={mine} />)}
        {option('theirs', "Git's", <Value value={theirs} />)}
        {option('later', 'Another value', <span className={styles.muted}>Git's for now; the form shows the field after the merge.</span>)}
      </div>
      {why ? <Banner tone="amber">Yours cannot be taken over by itself. {why} Choose Git's, or another value.</Banner> : null}
    </fieldset>
  )
}

/** What goes together by itself. */
function Taken({ title, differences }: { title: string; differences: readonly ValueDifference[] }) {
  if (differences.length === 0) return null
  return (
    <section className={styles.taken} aria-label={title}>
      <h3>
        {title} <span className={styles.muted}>({differences.length})</span>
      </h3>
      <ul>
        {differences.map(({ path, before, after }) => (
          <li key={JSON.stringify(path)}>
            <code>{fieldPath(path)}</code>
            <span className={styles.fromTo}>
              <Value value={before} /> <span aria-hidden="true">→</span>
              <span className="visually-hidden">becomes</span> <Value value={after} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

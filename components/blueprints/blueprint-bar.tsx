'use client'

import type { Keeping } from '#components/create/draft-rules.ts'
import editor from '#components/create/editor.module.css'
import { Fact, Kept } from '#components/create/editor-bar.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import type { Project } from '#lib/inventory/contract.ts'
import type { JudgedManifest } from './filled-verdicts.ts'

/** Under the questions: where the files go, what is missing, what the API server says, and the ways on. */
export function BlueprintBar({
  project,
  judged,
  errors,
  wrong,
  keeping,
  busy,
  review,
  addToBasket,
  added,
  openAsForm,
}: {
  project: Project
  judged: readonly JudgedManifest[]
  /** Everything that stands in the way, and what of it is already shown at its question. */
  errors: number
  wrong: number
  keeping: Keeping
  busy: boolean
  review: () => void
  addToBasket: () => void
  /** What to say after it was put into the basket. */
  added: React.ReactNode
  /** Undefined where the answers do not make one manifest. */
  openAsForm: (() => void) | undefined
}) {
  const created = judged.filter(({ verdict }) => verdict.state !== 'taken').length
  return (
    <div className={editor.bar}>
      <div className={editor.where}>
        <span>{project.repository}</span> · <code>{project.path}</code> · {counted(created, 'new file')}
      </div>
      <div className={editor.status} role="status">
        {wrong > 0 ? (
          <Fact icon="failed" tone="bad">
            {counted(wrong, 'answer')} to correct
          </Fact>
        ) : errors > 0 ? (
          <Fact icon="info" tone="calm">
            {counted(errors, 'question')} to answer
          </Fact>
        ) : (
          <DryRuns judged={judged} />
        )}
        <Kept keeping={keeping} />
        {added}
      </div>
      <div className={editor.onward}>
        {openAsForm ? (
          <Button onClick={openAsForm} title="Goes on in the form with every field of the kind; your answers stay here as a draft">
            Open as form
          </Button>
        ) : null}
        <Button icon="basket" onClick={addToBasket} busy={busy} title="Put it aside, and propose it later together with others">
          Add to basket
        </Button>
        <Button look="primary" onClick={review}>
          Review pull request
          <Icon name="right" />
        </Button>
      </div>
    </div>
  )
}

function DryRuns({ judged }: { judged: readonly JudgedManifest[] }) {
  const count = (state: JudgedManifest['verdict']['state']) => judged.filter(({ verdict }) => verdict.state === state).length
  const taken = judged.filter(({ verdict }) => verdict.state === 'taken' && !verdict.shared).length
  const refused = count('refused')
  const accepted = count('accepted')
  const away = count('unavailable')
  if (taken > 0)
    return (
      <Fact icon="failed" tone="bad">
        {counted(taken, 'name')} {taken === 1 ? 'is' : 'are'} taken
      </Fact>
    )
  if (refused > 0)
    return (
      <Fact icon="failed" tone="bad">
        dry run refused {counted(refused, 'manifest')}
      </Fact>
    )
  if (count('asking') > 0)
    return (
      <Fact icon="progressing" tone="calm">
        dry run…
      </Fact>
    )
  if (away > 0)
    return (
      <Fact icon="warning" tone="warn">
        no dry run of {counted(away, 'manifest')}
      </Fact>
    )
  return (
    <Fact icon="check" tone="good">
      dry run accepted {counted(accepted, 'manifest')}
    </Fact>
  )
}

'use client'

import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Keeping } from './draft-rules.ts'
import styles from './editor.module.css'
import type { Judgement } from './judge-manifest.ts'

/** Under the editor: where the file goes, whether the manifest is right, what the API server says, and the way on. */
export function EditorBar({
  repository,
  path,
  judgement,
  keeping,
  changed,
  review,
  inBasket,
  addToBasket,
  askAgain,
  added,
}: {
  repository: string
  path: React.ReactNode
  judgement: Judgement
  keeping: Keeping
  /** Undefined on create; on edit whether the text differs from Git. */
  changed: boolean | undefined
  review: () => void
  /** Whether the text is one of the basket. */
  inBasket: boolean
  /** Undefined where it is a commit for an open proposal. */
  addToBasket: { busy: boolean; run: () => void } | undefined
  askAgain: () => void
  /** What to say after it was put into the basket. */
  added: React.ReactNode
}) {
  return (
    <div className={styles.bar}>
      <div className={styles.where}>
        <span>{repository}</span> · <code>{path}</code>
      </div>
      <div className={styles.status} role="status">
        <Judged judgement={judgement} askAgain={askAgain} />
        <Kept keeping={keeping} />
        {added}
      </div>
      <div className={styles.onward}>
        {addToBasket ? (
          <Button
            icon="basket"
            onClick={addToBasket.run}
            busy={addToBasket.busy}
            disabled={changed === false}
            title={changed === false ? 'Nothing differs from Git yet' : 'Put it aside, and propose it later together with others'}
          >
            {inBasket ? 'Update basket' : 'Add to basket'}
          </Button>
        ) : null}
        <Button
          look="primary"
          onClick={review}
          disabled={changed === false}
          title={changed === false ? 'Nothing differs from Git yet' : undefined}
        >
          {addToBasket ? 'Review pull request' : 'Review commit'}
          <Icon name="right" />
        </Button>
      </div>
    </div>
  )
}

/** One fact of a bar, with an icon. */
export function Fact({ icon, tone, children }: { icon: IconName; tone: 'good' | 'bad' | 'calm' | 'warn'; children: React.ReactNode }) {
  return (
    <span className={styles.fact} data-tone={tone}>
      <Icon name={icon} size={14} />
      <span>{children}</span>
    </span>
  )
}

/** Whether a manifest is right, and what the API server says of it. */
export function Judged({ judgement, askAgain }: { judgement: Judgement; askAgain: () => void }) {
  return (
    <>
      <Validity judgement={judgement} />
      <Unjudged judgement={judgement} />
      <DryRunSaid judgement={judgement} askAgain={askAgain} />
    </>
  )
}

function Validity({ judgement: { errors, missing, verdict } }: { judgement: Judgement }) {
  if (errors === undefined)
    return (
      <Fact icon="unknown" tone="calm">
        not checked
      </Fact>
    )
  // what the server refuses is not valid, whatever the checks before it found
  if (errors.length === 0)
    return verdict.state === 'refused' ? null : (
      <Fact icon="check" tone="good">
        valid
      </Fact>
    )
  const wrong = errors.length - missing
  return wrong > 0 ? (
    <Fact icon="failed" tone="bad">
      {counted(wrong, 'field')} to correct
    </Fact>
  ) : (
    <Fact icon="info" tone="calm">
      {counted(missing, 'required field')} to fill in
    </Fact>
  )
}

/** Rules that only the server can judge are said, until it has judged them. */
function Unjudged({ judgement: { unchecked, verdict } }: { judgement: Judgement }) {
  if (unchecked === 0 || verdict.state === 'accepted' || verdict.state === 'refused') return null
  return (
    <Fact icon="info" tone="calm">
      {unchecked === 'all' ? 'the rules of this kind are' : `${counted(unchecked, 'rule')} of this kind ${unchecked === 1 ? 'is' : 'are'}`}{' '}
      not checked here; the dry run checks {unchecked === 1 ? 'it' : 'them'}
    </Fact>
  )
}

function DryRunSaid({ judgement: { verdict }, askAgain }: { judgement: Judgement; askAgain: () => void }) {
  switch (verdict.state) {
    case 'none':
      return null
    case 'asking':
      return (
        <Fact icon="progressing" tone="calm">
          dry run…
        </Fact>
      )
    case 'accepted':
      return (
        <Fact icon={verdict.warnings.length > 0 ? 'warning' : 'check'} tone={verdict.warnings.length > 0 ? 'warn' : 'good'}>
          dry run accepted
          {verdict.warnings.length > 0 ? ` with ${counted(verdict.warnings.length, 'warning')}: ${verdict.warnings.join(' ')}` : ''}{' '}
          <RelativeTime at={new Date(verdict.at).toISOString()} />
        </Fact>
      )
    case 'refused':
      return (
        <Fact icon="failed" tone="bad">
          dry run refused <RelativeTime at={new Date(verdict.at).toISOString()} />: {verdict.message}
        </Fact>
      )
    case 'unavailable':
      return (
        <Fact icon="warning" tone="warn">
          no dry run: {verdict.message}{' '}
          <button type="button" className={styles.inline} onClick={askAgain}>
            Ask again
          </button>
        </Fact>
      )
    default:
      return verdict satisfies never
  }
}

/** Whether what was typed is kept. */
export function Kept({ keeping }: { keeping: Keeping }) {
  switch (keeping.state) {
    case 'kept':
      return keeping.at === null ? null : (
        <Fact icon="draft" tone="calm">
          draft saved <RelativeTime at={new Date(keeping.at).toISOString()} past />
        </Fact>
      )
    case 'typing':
    case 'saving':
      return (
        <Fact icon="draft" tone="calm">
          saving draft…
        </Fact>
      )
    case 'offline':
      return (
        <Fact icon="warning" tone="warn">
          kept in this tab; the server does not take the draft at the moment
        </Fact>
      )
    case 'signed-out':
      return (
        <Fact icon="warning" tone="warn">
          kept in this tab until you sign in again
        </Fact>
      )
    case 'conflict':
      return (
        <Fact icon="warning" tone="warn">
          draft not saved: choose a text above
        </Fact>
      )
    case 'refused':
      return (
        <Fact icon="warning" tone="warn">
          draft kept in this tab only: {keeping.message}
        </Fact>
      )
    default:
      return keeping satisfies never
  }
}

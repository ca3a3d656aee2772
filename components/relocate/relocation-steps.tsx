import type { ReactNode } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import styles from './relocate.module.css'
import type { RelocationPlan } from './relocation-plan.ts'

/** What has to happen, step by step, and which step is next. `action` is the button of the last one. */
export function RelocationSteps({
  at,
  kind,
  plan,
  newName,
  problem,
  setPolicy,
  action,
}: {
  at: ResourceAddress
  kind: CompiledKind
  plan: RelocationPlan
  newName: string
  /** Why the cluster could not be asked. */
  problem: string | null
  setPolicy: () => void
  action: ReactNode
}) {
  switch (plan.do) {
    case 'nothing':
      return (
        <Section title="What happens">
          <p>Change the name, the project or the file.</p>
          <div className={styles.buttons}>{action}</div>
        </Section>
      )
    case 'move-file':
      return (
        <Section title="What happens">
          <p>Only the file changes. CI sees the same manifest in another place and changes nothing in the cluster.</p>
          <div className={styles.buttons}>{action}</div>
        </Section>
      )
    case 'replace':
      return (
        <Section title="What happens">
          <Banner tone="red">{plan.why}</Banner>
          <p>
            When nothing may be lost, <a href={pagePaths.cloneResource(at)}>clone it</a> instead, move over what uses it, and delete this
            one when nothing does.
          </p>
          <div className={styles.buttons}>{action}</div>
        </Section>
      )
    case 'take-over':
      return (
        <Section title="What happens">
          <ol className={styles.steps}>
            <li>
              <strong>Let it stay in the cloud when {at.name} is deleted</strong>
              <Abandoned at={at} kind={kind} abandoned={plan.abandoned} problem={problem} setPolicy={setPolicy} />
            </li>
            <li>
              <strong>
                Create {newName} and delete {at.name} in one pull request
              </strong>
              <p>{plan.why} CI creates the new object first, then deletes the old one, which lets go of it.</p>
              <div className={styles.buttons}>{action}</div>
            </li>
          </ol>
        </Section>
      )
    default:
      return plan satisfies never
  }
}

function Abandoned({
  at,
  kind,
  abandoned,
  problem,
  setPolicy,
}: {
  at: ResourceAddress
  kind: CompiledKind
  abandoned: 'yes' | 'in-git' | 'no' | 'unknown'
  problem: string | null
  setPolicy: () => void
}) {
  switch (abandoned) {
    case 'yes':
      return (
        <p>
          <Badge tone="green" icon="ready">
            done
          </Badge>{' '}
          The object in the cluster has the deletion policy “abandon”.
        </p>
      )
    case 'in-git':
      return (
        <p>
          <Badge tone="amber" icon="progressing">
            not applied yet
          </Badge>{' '}
          The manifest in Git says “abandon”, the object in the cluster does not yet. Come back when it is applied; this page sees it by
          itself.
        </p>
      )
    case 'no':
      return (
        <>
          <p>
            The object in the cluster does not have the deletion policy “abandon”: deleting it would delete the {kind.title} in the cloud
            too. Propose the policy first, and come back when it is merged and applied.
          </p>
          <div className={styles.buttons}>
            <Button onClick={setPolicy}>Propose the deletion policy</Button>
          </div>
        </>
      )
    case 'unknown':
      return (
        <>
          <p>
            {problem ?? 'The cluster could not be asked.'} Only the cluster knows its deletion policy, so nothing can be deleted safely now.
          </p>
          <div className={styles.buttons}>
            <LinkButton href={pagePaths.moveResource(at)}>Try again</LinkButton>
          </div>
        </>
      )
    default:
      return abandoned satisfies never
  }
}

/** What a proposal would do, before anything is created: file, difference, words, dry run. */

import { repositoryUrl } from '#lib/forge/forge.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { ProposalPreview, ResourceChange } from './contract.ts'
import { dryRun } from './dry-run.ts'
import { hasAccount } from './github-account.ts'
import { prepareChange } from './prepare-change.ts'
import { defaultTitle } from './pull-request-text.ts'
import { redactedDiff } from './redacted-diff.ts'
import { openProposalFor } from './submit-proposal.ts'

/** Shows a person what a change will do. Throws what prepareChange throws. */
export async function previewChange(change: ResourceChange, actor: Actor): Promise<ProposalPreview> {
  const { cluster, namespace, kind, action, name, text } = change
  const [prepared, verdict, linked] = await Promise.all([
    prepareChange(change),
    dryRun({ cluster, namespace, kind, action, text, name }, actor),
    hasAccount(actor.userId),
  ])
  return {
    repository: prepared.repository,
    repositoryUrl: repositoryUrl(prepared.repository),
    baseBranch: prepared.base.branch,
    baseSha: prepared.base.sha,
    path: prepared.path,
    fileExists: prepared.before !== null,
    baseBlob: prepared.blob,
    before: prepared.before,
    after: prepared.after,
    diff: redactedDiff(prepared.before, prepared.after),
    title: defaultTitle(prepared.resource),
    message: '',
    openedAs: linked ? 'github-user' : 'github-app',
    openProposal: await openProposalFor(prepared.resource),
    dryRun: verdict,
  }
}

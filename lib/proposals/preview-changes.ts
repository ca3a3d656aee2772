/** What proposals would do, before anything is created: files, differences, words, dry runs, and who changes the same already. */

import { type CorbelError, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import { repositoryUrl } from '#lib/forge/forge.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { proposalToExtend } from './add-commit.ts'
import type { ChangeProblem, PreviewGroup, PreviewRequest, ProposalPreview, ResourceChange } from './contract.ts'
import { dryRun } from './dry-run.ts'
import { hasAccount } from './github-account.ts'
import { openProposalsFor } from './open-proposals.ts'
import { type PreparedChange, type PreparedGroup, prepareChanges } from './prepare-changes.ts'
import { defaultTitle } from './pull-request-text.ts'
import { redactedDiff } from './redacted-diff.ts'
import { addressOf } from './resource-address.ts'

/** How many dry runs the cluster is asked at once. */
const atOnce = 6

/**
 * Shows a person what changes will do: one group for each repository. A change that cannot be proposed is named with its reason and hides
 * no other. Throws Unavailable or RateLimited where GitHub tells nothing of any change, NotFound where there is no proposal to extend.
 */
export async function previewChanges({ changes, onto }: PreviewRequest, actor: Actor): Promise<ProposalPreview> {
  const extended = onto === undefined ? undefined : await proposalToExtend(onto, actor)
  const prepared = await prepareChanges(changes, extended?.onto)
  const outages = prepared.changes
    .map(({ problem }) => problem)
    .filter((problem) => problem instanceof Unavailable || problem instanceof RateLimited)
  const [outage] = outages
  if (outage && outages.length === changes.length) throw outage
  const resources = prepared.changes.flatMap(({ resource }) => (resource ? [resource] : []))
  const [linked, open, verdicts] = await Promise.all([
    hasAccount(actor.userId),
    openProposalsFor(resources, actor),
    dryRuns(changes, prepared.changes, actor),
  ])
  return {
    changes: prepared.changes.map(({ resource, repository, path, problem }, index) => ({
      name: resource?.name ?? changes[index]?.name ?? null,
      repository: repository ?? null,
      path: path ?? null,
      problem: problem ? problemOf(problem) : null,
      openProposals: (resource ? open.get(addressOf(resource)) : undefined)?.filter(({ id }) => id !== onto) ?? [],
      dryRun: verdicts[index] ?? notAsked,
    })),
    groups: prepared.groups.map((group) => groupView(group, linked)),
  }
}

const notAsked = { accepted: false, unavailable: null, message: null, fields: [], warnings: [], milliseconds: 0 }

const groupView = (group: PreparedGroup, linked: boolean): PreviewGroup => ({
  repository: group.repository,
  repositoryUrl: repositoryUrl(group.repository),
  baseBranch: group.base.branch,
  title: defaultTitle(group.resources),
  message: '',
  openedAs: linked ? 'github-user' : 'github-app',
  changes: group.changes,
  files: group.files.map(({ path, before, after, changes }) => ({
    path,
    existsBefore: before !== null,
    existsAfter: after !== null,
    diff: redactedDiff(before, after),
    changes,
  })),
})

/** The cluster judges what goes into the file; where the file cannot be told, what the person wrote. */
async function dryRuns(
  changes: ResourceChange[],
  prepared: PreparedChange[],
  actor: Actor,
): Promise<ProposalPreview['changes'][number]['dryRun'][]> {
  const verdicts: ProposalPreview['changes'][number]['dryRun'][] = []
  const queue = changes.entries()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, changes.length) }, async () => {
      for (const [index, { cluster, namespace, kind, action, name, text }] of queue) {
        verdicts[index] = await dryRun({ cluster, namespace, kind, action, name, text: prepared[index]?.text ?? text }, actor)
      }
    }),
  )
  return verdicts
}

function problemOf(error: CorbelError): ChangeProblem {
  const fields = error instanceof Invalid ? error.fields : []
  const code = error.code === 'conflict' || error.code === 'forbidden' ? error.code : error instanceof NotFound ? 'not-found' : undefined
  const away = error instanceof Unavailable || error instanceof RateLimited
  return { code: code ?? (away ? 'unavailable' : 'invalid'), message: error.message, fields }
}

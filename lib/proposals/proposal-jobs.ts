/** The jobs of proposals, for the worker. */
import { type RunnableJob, runnable } from '#lib/jobs/run-jobs.ts'
import { addCommitJob } from './add-commit.ts'
import { pollProposalsJob } from './follow-proposals.ts'
import { observeProposalJob } from './observe-proposal.ts'
import { openPullRequestJob } from './open-pull-request.ts'
import { handleWebhookJob } from './receive-webhook.ts'

export const proposalJobs: RunnableJob[] = [
  runnable(openPullRequestJob),
  runnable(addCommitJob),
  runnable(observeProposalJob),
  runnable(handleWebhookJob),
  runnable(pollProposalsJob),
]

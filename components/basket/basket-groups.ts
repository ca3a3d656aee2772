/** The basket's items as its page shows them: by repository, then by project. Pure. */
import type { BasketItem, ProposalPreview } from '#lib/proposals/contract.ts'

type Previewed = ProposalPreview['changes'][number]

export interface ShownItem {
  item: BasketItem
  /** Undefined while it is worked out. */
  preview: Previewed | undefined
  /** The difference of the file it changes, with whatever else of the basket touches that file. */
  diff: string | undefined
}

export interface BasketGroup {
  /** Null: these cannot be proposed, their project names no repository. */
  repository: string | null
  projects: { namespace: string; items: ShownItem[] }[]
}

/**
 * Items by repository and project, in the order they were put in; those without a repository last. `repositoryOf` knows a project's
 * repository while the preview is not there.
 */
export function basketGroups(
  items: readonly BasketItem[],
  preview: ProposalPreview | undefined,
  repositoryOf: (change: BasketItem['change']) => string | null,
): BasketGroup[] {
  const groups = new Map<string | null, BasketGroup>()
  for (const [index, item] of items.entries()) {
    const seen = preview?.changes[index]
    const repository = seen?.repository ?? repositoryOf(item.change)
    const group = groups.get(repository) ?? { repository, projects: [] }
    groups.set(repository, group)
    const { namespace } = item.change
    let project = group.projects.find((each) => each.namespace === namespace)
    if (!project) {
      project = { namespace, items: [] }
      group.projects.push(project)
    }
    const files = preview?.groups.find((each) => each.repository === repository)?.files ?? []
    project.items.push({ item, preview: seen, diff: files.find(({ changes }) => changes.includes(index))?.diff })
  }
  return [...groups.values()].sort((a, b) => Number(a.repository === null) - Number(b.repository === null))
}

export type Verdict = { word: string; tone: 'green' | 'amber' | 'red' | 'grey'; icon: 'ready' | 'warning' | 'failed' | 'progressing' }

/** What is said of an item in a word. */
export function verdictOf(preview: Previewed | undefined): Verdict {
  if (!preview) return { word: 'Checking', tone: 'grey', icon: 'progressing' }
  const { problem, openProposals, dryRun } = preview
  if (problem) return { word: problem.code === 'conflict' ? 'Changed in Git' : 'Cannot be proposed', tone: 'red', icon: 'failed' }
  if (dryRun.unavailable !== null) return { word: 'Not checked', tone: 'amber', icon: 'warning' }
  if (!dryRun.accepted) return { word: 'Refused', tone: 'red', icon: 'failed' }
  if (openProposals.length > 0) return { word: 'Open proposal', tone: 'amber', icon: 'warning' }
  return dryRun.warnings.length > 0
    ? { word: 'Accepted with warnings', tone: 'amber', icon: 'warning' }
    : { word: 'Accepted', tone: 'green', icon: 'ready' }
}

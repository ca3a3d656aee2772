import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { listed } from '#components/ui/format.ts'
import type { OpenProposal } from '#lib/proposals/contract.ts'
import styles from './editor.module.css'
import type { Way } from './use-review.ts'

/** Somebody changes the same resource already: what to do about it is chosen, never guessed. */
export function OpenProposalChoice({
  proposals,
  several,
  mayAdd,
  way,
  choose,
}: {
  proposals: OpenProposal[]
  /** Whether the review is of several changes. */
  several: boolean
  /** Whether a commit can be added: everything goes to one repository. */
  mayAdd: boolean
  way: Way | null
  choose: (way: Way) => void
}) {
  const distinct = [...new Map(proposals.map((proposal) => [proposal.id, proposal])).values()]
  return (
    <fieldset className={styles.choice}>
      <legend>{several ? 'Some of these resources are in an open proposal' : 'This resource is in an open proposal'}</legend>
      <p className={styles.facts}>
        <span>
          {distinct.map((proposal, index) => (
            <span key={proposal.id}>
              {index > 0 ? ', ' : ''}
              <Link href={pagePaths.proposal(proposal.id)}>{proposal.title}</Link> ({called(proposal)})
            </span>
          ))}
          . How do you want to go on?
        </span>
      </p>
      {distinct
        .filter(({ extendable }) => extendable && mayAdd)
        .map((proposal) => (
          <label key={proposal.id}>
            <input
              type="radio"
              name="way"
              checked={way?.way === 'onto' && way.proposal.id === proposal.id}
              onChange={() => choose({ way: 'onto', proposal })}
            />
            <span>
              <strong>
                Add a commit to “{proposal.title}” ({called(proposal)})
              </strong>
              <span className={styles.facts}>
                {several ? 'Your changes are put on top of its version and are' : 'Your change is put on top of its version and is'} merged
                together with it. CI plans the pull request again.
              </span>
            </span>
          </label>
        ))}
      <label>
        <input type="radio" name="way" checked={way?.way === 'beside'} onChange={() => choose({ way: 'beside' })} />
        <span>
          <strong>Start a second pull request beside {distinct.length > 1 ? 'them' : 'it'}</strong>
          <span className={styles.facts}>
            Yours is based on what is merged today. Whichever is merged second may conflict with the first, and then has to be made anew.
          </span>
        </span>
      </label>
      {distinct.some(({ extendable }) => !extendable) ? (
        <p className={styles.facts}>
          <span>
            No commit can be added to {listed(distinct.filter(({ extendable }) => !extendable).map(({ title }) => title))}: its pull request
            is not open, or it changes resources you may not propose for.
          </span>
        </p>
      ) : null}
      {several ? <p className={styles.facts}>Or leave out what is open already, and propose the rest.</p> : null}
    </fieldset>
  )
}

const called = ({ pullNumber, requestedBy }: OpenProposal): string => `${pullNumber === null ? '' : `#${pullNumber}, `}by ${requestedBy}`

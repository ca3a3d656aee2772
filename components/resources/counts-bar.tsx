import Link from 'next/link'
import { StateBadge } from '#components/ui/badge.tsx'
import { count } from '#components/ui/format.ts'
import { lookOf } from '#components/ui/states.ts'
import type { ResourceState, StateCounts } from '#lib/inventory/contract.ts'
import styles from './counts-bar.module.css'
import { presentStates } from './state-counts.ts'

/** How many resources are in which state: a bar for the eye, words with links for everybody. */
export function CountsBar({ counts, hrefOf }: { counts: StateCounts; hrefOf: (state: ResourceState) => string }) {
  const present = presentStates(counts)
  if (present.length === 0) return <div className={styles.words}>No resources yet</div>
  return (
    <>
      <div className={styles.bar} aria-hidden="true">
        {present.map(({ state, count: size }) => (
          <span key={state} className={styles[lookOf(state).tone]} style={{ flexGrow: size }} />
        ))}
      </div>
      <div className={styles.words}>
        {present.map(({ state, count: size }) => (
          <Link key={state} href={hrefOf(state)}>
            <StateBadge state={state} detail={count(size)} plain />
          </Link>
        ))}
      </div>
    </>
  )
}

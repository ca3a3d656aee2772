import Link from 'next/link'
import { counted } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { AsOf } from '#components/ui/relative-time.tsx'
import type { ImportFreshness } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { assetNameWord } from './import-words.ts'
import styles from './pull-requests.module.css'

/** What changed in the cloud since the snapshot; nothing where it is as it was. */
export function FreshnessNotice({ run, freshness, stopped }: { run: string; freshness: ImportFreshness; stopped: boolean }) {
  const { changed, gone, checkedAt } = freshness
  if (changed.length + gone.length === 0)
    return (
      <Banner tone="green">
        Every chosen asset is as it was at the snapshot (<AsOf at={checkedAt} />
        ).
      </Banner>
    )
  return (
    <Banner tone="amber">
      <strong>
        The cloud changed since the snapshot{stopped ? ', so nothing was opened' : ''} (<AsOf at={checkedAt} />
        ).
      </strong>{' '}
      {stopped ? 'Look at what is different, then open the pull requests.' : ''}
      {changed.length > 0 ? (
        <>
          <p>{counted(changed.length, 'asset')} changed and was converted anew:</p>
          <ul className={styles.bullets}>
            {changed.slice(0, 100).map((each) => (
              <li key={each.row}>
                <Link href={importPages.run(run, 'review', { row: each.row })} title={each.name}>
                  {assetNameWord(each.name)}
                </Link>
                : {each.message}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {gone.length > 0 ? (
        <>
          <p>{counted(gone.length, 'asset')} no longer there, and left out:</p>
          <ul className={styles.bullets}>
            {gone.slice(0, 100).map((each) => (
              <li key={each.row} title={each.name}>
                {assetNameWord(each.name)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Banner>
  )
}

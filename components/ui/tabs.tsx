import Link from 'next/link'
import { count } from './format.ts'
import styles from './tabs.module.css'

/** Views of one thing, each with an address of its own. */
export function Tabs({
  tabs,
  label,
}: {
  tabs: { href: string; title: string; current: boolean; count?: number | undefined }[]
  label: string
}) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} className={styles.tab} aria-current={tab.current ? 'page' : undefined} scroll={false} replace>
          {tab.title}
          {tab.count === undefined ? null : <span className={styles.count}>{count(tab.count)}</span>}
        </Link>
      ))}
    </nav>
  )
}

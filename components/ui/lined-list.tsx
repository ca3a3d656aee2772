import type { ReactNode } from 'react'
import styles from './lined-list.module.css'

/** Entries in a frame, a line between each. `children`: `<li>`s. */
export function LinedList({ children }: { children: ReactNode }) {
  return <ul className={styles.list}>{children}</ul>
}

import type { ReactNode } from 'react'
import styles from './list-foot.module.css'

/** Below a list: how much it holds, and what leads on. */
export function ListFoot({ status, children }: { status: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.foot}>
      <span role="status">{status}</span>
      <span className={styles.actions}>{children}</span>
    </div>
  )
}

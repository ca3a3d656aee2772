import type { ReactNode } from 'react'
import styles from './step-foot.module.css'

/** What leads from one step of an import to the next; always in view, on phones above the tabs. */
export function StepFoot({ children }: { children: ReactNode }) {
  return <div className={styles.foot}>{children}</div>
}

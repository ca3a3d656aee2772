import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './page-header.module.css'
import { AsOf } from './relative-time.tsx'

/** The title row of a page: name, state, main actions, and how fresh it is. `mono` for names of resources. */
export function PageHeader({
  title,
  mono,
  state,
  actions,
  asOf,
  children,
}: {
  title: string
  mono?: boolean
  state?: ReactNode
  actions?: ReactNode
  asOf?: string | number | undefined
  /** A sentence under the row. */
  children?: ReactNode
}) {
  return (
    <div className={styles.header}>
      <div className={styles.title}>
        <h1 className={classNames(mono && styles.mono)}>{title}</h1>
        {state}
      </div>
      <div className={styles.actions}>
        {asOf ? (
          <span className={styles.asOf}>
            <AsOf at={asOf} />
          </span>
        ) : null}
        {actions}
      </div>
      {children ? <div className={styles.about}>{children}</div> : null}
    </div>
  )
}

/** A part of a page with a heading and, at its right, a link to more. */
export function Section({ title, more, children }: { title: ReactNode; more?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  )
}

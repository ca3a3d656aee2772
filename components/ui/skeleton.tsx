import { classNames } from './class-names.ts'
import styles from './notices.module.css'

/** Grey bars in the shape of what is coming, seen only when it takes longer than 200 ms. `rows` for tables, `lines` for text. */
export function Skeleton({ rows = 0, lines = 0, label = 'Loading' }: { rows?: number; lines?: number; label?: string }) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
        <div key={`line-${index}`} className={styles.bone} style={{ width: `${90 - ((index * 17) % 40)}%` }} />
      ))}
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
        <div key={`row-${index}`} className={classNames(styles.bone, styles.rowBone)} />
      ))}
    </div>
  )
}

import type { Json } from '#lib/json.ts'
import { defaultStyle, printAfterKey } from '#lib/manifest/print-value.ts'
import styles from './merge.module.css'

/** A value as YAML; "not set" for none. */
export function Value({ value }: { value: Json | undefined }) {
  if (value === undefined) return <span className={styles.muted}>not set</span>
  if (value === '') return <span className={styles.muted}>empty text</span>
  const { inline, lines } = printAfterKey(value, -defaultStyle.step, defaultStyle)
  return <code className={styles.value}>{[inline, ...lines].filter(Boolean).join('\n')}</code>
}

import { count } from '#components/ui/format.ts'
import styles from './imports.module.css'

const width = 96
const height = 24

/** A small line of how a number went, with its first and last value in words for everybody. Fewer than two points draw nothing. */
export function Sparkline({ points, what }: { points: readonly { day: string; value: number }[]; what: string }) {
  const [first] = points
  const last = points.at(-1)
  if (!first || !last || points.length < 2) return <span className={styles.small}>{first ? 'one day so far' : 'no trend yet'}</span>
  const highest = Math.max(1, ...points.map(({ value }) => value))
  const begin = Date.parse(first.day)
  const span = Math.max(1, Date.parse(last.day) - begin)
  const at = points.map(({ day, value }) => {
    const x = 2 + ((Date.parse(day) - begin) / span) * (width - 4)
    return `${x.toFixed(1)},${(height - 2 - (value / highest) * (height - 4)).toFixed(1)}`
  })
  const words = `${what}: ${count(first.value)} on ${first.day}, ${count(last.value)} on ${last.day}`
  return (
    <svg className={styles.sparkline} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
      <title>{words}</title>
      <polyline points={at.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={at.at(-1)?.split(',')[0]} cy={at.at(-1)?.split(',')[1]} r="2" fill="currentColor" />
    </svg>
  )
}

import type { ReactNode } from 'react'
import styles from './badge.module.css'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'
import { lookOf, type Tone } from './states.ts'
import tones from './tones.module.css'

/** A short word with a tone. Colour never says anything alone: give an icon where the tone means a state. */
export function Badge({ tone = 'grey', icon, plain, children }: { tone?: Tone; icon?: IconName; plain?: boolean; children: ReactNode }) {
  return (
    <span className={classNames(styles.badge, tones[tone], plain && styles.plain)}>
      {icon ? <Icon name={icon} size={14} /> : null}
      {children}
    </span>
  )
}

/** The state of a resource, proposal, kind or cluster. `detail` follows the word ("3 d"); `plain` drops the pill, for tables. */
export function StateBadge({ state, detail, plain }: { state: string; detail?: ReactNode; plain?: boolean }) {
  const look = lookOf(state)
  return (
    <Badge tone={look.tone} icon={look.icon} plain={plain}>
      {look.word}
      {detail ? <> {detail}</> : null}
    </Badge>
  )
}

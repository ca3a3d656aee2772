import Link from 'next/link'
import { breakGlassPages } from '#components/break-glass/break-glass-paths.ts'
import { Badge } from '#components/ui/badge.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import type { IconName } from '#components/ui/icons.tsx'
import type { Tone } from '#components/ui/states.ts'
import type { Finding, Severity } from '#lib/doctor/contract.ts'
import styles from './doctor.module.css'

export const severityLooks: Record<Severity, { title: string; word: string; tone: Tone; icon: IconName }> = {
  critical: { title: 'Critical', word: 'Critical', tone: 'red', icon: 'failed' },
  warning: { title: 'Warnings', word: 'Warning', tone: 'amber', icon: 'warning' },
  note: { title: 'Notes', word: 'Note', tone: 'grey', icon: 'info' },
}

/** More than this many stand folded. */
const fewPowers = 3

/** Who may do what, by what, what follows, and what to do about it. */
export function DoctorFinding({ finding }: { finding: Finding }) {
  const { severity, title, through, session, why, powers, accepted, fix } = finding
  const look = severityLooks[severity]
  const list = (
    <ul className={styles.powers}>
      {powers.map((power) => (
        <li key={power}>{power}</li>
      ))}
    </ul>
  )
  return (
    <li className={styles.finding}>
      <div className={styles.head}>
        <Badge tone={look.tone} icon={look.icon}>
          {look.word}
        </Badge>
        <h3>{title}</h3>
      </div>
      <p>{why}</p>
      {powers.length === 0 ? null : powers.length <= fewPowers ? (
        list
      ) : (
        <details>
          <summary>All {powers.length}</summary>
          {list}
        </details>
      )}
      {accepted ? <p>Accepted: {accepted}</p> : null}
      {session ? (
        <p>
          <Link href={breakGlassPages.session(session)}>The session</Link>
        </p>
      ) : null}
      {through ? <p className={styles.through}>From {through}</p> : null}
      {fix ? (
        <div className={styles.fix}>
          <div className={styles.command}>
            <pre>{fix.commands}</pre>
            <CopyButton text={fix.commands} label={`Copy the command: ${title}`} />
          </div>
          <p className={styles.through}>{fix.risk}</p>
        </div>
      ) : null}
    </li>
  )
}

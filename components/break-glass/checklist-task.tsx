import type { ReactNode } from 'react'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import styles from './break-glass.module.css'

export type TaskState = 'done' | 'now' | 'failed' | 'ahead'
const icons: Record<Exclude<TaskState, 'ahead'>, IconName> = { done: 'ready', now: 'progressing', failed: 'failed' }
const words: Record<TaskState, string> = { done: 'done', now: 'to do', failed: 'failed', ahead: 'later' }

/** One line of the checklist. */
export function Task({ title, state, children }: { title: ReactNode; state: TaskState; children?: ReactNode }) {
  return (
    <li className={styles.task} data-state={state}>
      {state === 'ahead' ? <span className={styles.hollow} aria-hidden="true" /> : <Icon name={icons[state]} />}
      <div className={styles.taskBody}>
        <h3>
          {title}
          <span className="visually-hidden"> ({words[state]})</span>
        </h3>
        {children}
      </div>
    </li>
  )
}

import type { ReactNode } from 'react'
import styles from './diff-view.module.css'
import { counted } from './format.ts'
import { type DiffLine, diffSize, parseDiff } from './parse-diff.ts'

const signs: Record<DiffLine['type'], string> = { added: '+', removed: '−', same: '', hunk: '', note: '', file: '' }
const words: Partial<Record<DiffLine['type'], string>> = { added: 'added', removed: 'removed' }

/**
 * A unified diff with line numbers and colours; long lines wrap. `path` stands over it. File headers inside the diff
 * are left out when `path` names the file. An empty diff says so.
 */
export function DiffView({ diff, path, action }: { diff: string; path?: string; action?: ReactNode }) {
  const lines = parseDiff(diff)
  const { added, removed } = diffSize(lines)
  const shown = path === undefined ? lines : lines.filter((line) => line.type !== 'file')
  const first = shown[0]
  const drawn = first?.type === 'hunk' ? shown.slice(1) : shown
  return (
    <figure className={styles.frame} aria-label={path === undefined ? 'Changes' : `Changes of ${path}`}>
      <figcaption className={styles.head}>
        <code>{path ?? 'Changes'}</code>
        <span>
          <span className={styles.size} title={`${counted(added, 'line')} added, ${counted(removed, 'line')} removed`}>
            <span className={styles.plus}>+{added}</span> <span className={styles.minus}>−{removed}</span>
          </span>{' '}
          {action}
        </span>
      </figcaption>
      {drawn.length === 0 ? (
        <p className={styles.head}>Nothing changes.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label={path === undefined ? 'Changed lines' : `Changed lines of ${path}`}>
          <table className={styles.lines}>
            <tbody>
              {drawn.map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff have no other identity and do not move
                <tr key={index} className={styles[line.type]}>
                  <td className={styles.number}>{line.before}</td>
                  <td className={styles.number}>{line.after}</td>
                  <td className={styles.sign}>
                    <span aria-hidden="true">{signs[line.type]}</span>
                    {words[line.type] ? <span className="visually-hidden">{words[line.type]}</span> : null}
                  </td>
                  <td className={styles.text}>{line.type === 'hunk' ? `⋯ ${line.text}` : line.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </figure>
  )
}

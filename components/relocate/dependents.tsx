import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { count, fieldPath } from '#components/ui/format.ts'
import type { Dependent, ResourceRelations, ResourceRow } from '#lib/inventory/contract.ts'
import styles from './relocate.module.css'

/** The page of a resource in the index; those of the whole cluster have no namespace. */
export const pageOf = (row: ResourceRow): string => pagePaths.resource({ ...row, namespace: row.namespace || '-' })

/** Resources that refer to another one: each with its state and the fields that do. `from` is the other one's project. */
export function DependentList({ dependents, from }: { dependents: readonly Dependent[]; from: string }) {
  return (
    <ul className={styles.list}>
      {dependents.map(({ row, owned, places }) => (
        <li key={row.id}>
          <span className={styles.head}>
            <Link href={pageOf(row)}>{row.name}</Link>
            <span>
              {row.kindName}
              {row.namespace === from ? '' : ` in ${row.namespace}`}
            </span>
            <StateBadge state={row.state} plain />
            {owned ? <Badge icon="info">owned by it</Badge> : null}
          </span>
          {places.length > 0 ? (
            <span className={styles.quiet}>
              {places.map(({ path, external }, index) => (
                <span key={fieldPath(path)}>
                  {index > 0 ? ', ' : ''}
                  <code>{fieldPath(path)}</code>
                  {external === null ? '' : ` = ${external}`}
                </span>
              ))}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

/** What a list of dependents leaves out, in words; null where it is whole. */
export function leftOutWords({ dependents, total, hidden, isLowerBound }: ResourceRelations): string | null {
  const more = total - dependents.length
  const parts = [...(more > 0 ? [`${count(more)} more that you may see`] : []), ...(hidden ? ['others in projects you may not see'] : [])]
  if (parts.length === 0) return null
  const words = parts.join(' and ')
  return isLowerBound && more > 0 ? `At least ${words}.` : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

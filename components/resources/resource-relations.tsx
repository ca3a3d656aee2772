import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { DependentList, leftOutWords, pageOf } from '#components/relocate/dependents.tsx'
import relocate from '#components/relocate/relocate.module.css'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { fieldPath } from '#components/ui/format.ts'
import { Section } from '#components/ui/page-header.tsx'
import type { ReferredResource } from '#lib/inventory/contract.ts'
import styles from './resource-page.module.css'

const atFirst = 20
const atMost = 500

/** What a resource refers to and what refers to it, each with its state. */
export function ResourceRelations({ at }: { at: ResourceAddress }) {
  const [limit, setLimit] = useState(atFirst)
  const relations = useQuery(queries.relations(at, limit))
  if (!relations.data)
    return relations.isError ? (
      <Section title="Relations">
        <p className={styles.quiet}>{relations.error.message}</p>
      </Section>
    ) : null
  const { dependents, total, refersTo, collected, hidden } = relations.data
  const leftOut = leftOutWords(relations.data)
  if (collected && refersTo.length === 0 && total === 0 && !hidden) return null
  return (
    <Section title="Relations">
      {collected ? null : <p className={styles.quiet}>What it refers to is being collected.</p>}
      {refersTo.length > 0 ? (
        <div className={relocate.group}>
          <h3>Refers to</h3>
          <ul className={relocate.list}>
            {refersTo.map((reference) => (
              <Referred key={fieldPath(reference.path)} reference={reference} from={at.namespace} />
            ))}
          </ul>
        </div>
      ) : null}
      {total > 0 || hidden ? (
        <div className={relocate.group}>
          <h3>Referenced by</h3>
          {dependents.length > 0 ? <DependentList dependents={dependents} from={at.namespace} /> : null}
          {leftOut ? (
            <p className={styles.quiet}>
              {leftOut}{' '}
              {total > dependents.length && limit < atMost ? (
                <Button size="small" onClick={() => setLimit(atMost)}>
                  Show more
                </Button>
              ) : null}
            </p>
          ) : null}
        </div>
      ) : null}
    </Section>
  )
}

function Referred({ reference, from }: { reference: ReferredResource; from: string }) {
  const { row, path, kinds, external, name, namespace, owner } = reference
  const place = row?.namespace ?? namespace
  return (
    <li>
      <span className={relocate.head}>
        {row ? <Link href={pageOf(row)}>{row.name}</Link> : <code>{external ?? name}</code>}
        <span>
          {row?.kindName ?? (kinds.join(' or ') || 'resource')}
          {place && place !== from ? ` in ${place}` : ''}
        </span>
        {row ? <StateBadge state={row.state} plain /> : null}
        <Status reference={reference} />
      </span>
      <span className={relocate.quiet}>{owner ? 'its owner' : <code>{fieldPath(path)}</code>}</span>
    </li>
  )
}

function Status({ reference: { status, namespace } }: { reference: ReferredResource }) {
  switch (status) {
    case 'found':
      return null
    case 'missing':
      return (
        <Badge tone="amber" icon="warning">
          not found{namespace ? ` in ${namespace}` : ''}
        </Badge>
      )
    case 'hidden':
      return <Badge>in a project you may not see</Badge>
    case 'external':
      return <Badge icon="external">external</Badge>
    case 'unchecked':
      return <Badge>not in Corbel</Badge>
    default:
      return status satisfies never
  }
}

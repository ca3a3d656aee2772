'use client'

/** What is known of the resource a reference names: from the index, else from what is on its way; a warning when it is nowhere. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '#components/data/queries.ts'
import { useForm } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { comingAt, lookUp, type referenceKinds } from '#components/forms/reference-filter.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'

export function ReferenceTarget({
  name,
  namespace,
  kinds,
  words,
}: {
  name: string
  namespace: string
  /** The kinds it may be of; undefined when the cluster offers none of them. */
  kinds: ReturnType<typeof referenceKinds>
  /** Those kinds in words; undefined for any kind. */
  words: string | undefined
}) {
  const { cluster, namespace: here, proposal } = useForm()
  const { data } = useQuery({
    ...queries.resources(lookUp(cluster, kinds ?? {}, { namespace, name })),
    // what was asked before says nothing about this name
    placeholderData: undefined,
    enabled: kinds !== undefined,
  })
  const { data: basket } = useQuery(queries.basket())
  const change = comingAt({ cluster, basket: basket?.items ?? [], proposal }, kinds, { namespace, name })
  const [row] = data?.items ?? []
  const place = namespace === here ? 'this project' : namespace
  if (change?.action === 'delete')
    return (
      <p className={styles.note}>
        <Badge tone="amber" icon="warning">
          to be deleted
        </Badge>{' '}
        {change.from === 'basket' ? 'Your basket' : 'This proposal'} deletes “{name}”. A reference to it would point to nothing.
      </p>
    )
  if (row)
    return (
      <p className={styles.note}>
        <StateBadge state={row.state} plain /> {row.kindName} in {place}
      </p>
    )
  if (change?.from === 'proposal')
    return (
      <p className={styles.note}>
        <Badge tone="blue" icon="proposals">
          in this proposal
        </Badge>{' '}
        It comes with the same pull request.
      </p>
    )
  if (change)
    return (
      <p className={styles.note}>
        <Badge tone="blue" icon="basket">
          in your basket
        </Badge>{' '}
        It comes with the same proposal when you send both together.
      </p>
    )
  if (!data || !kinds) return null
  return (
    <p className={styles.note}>
      <Badge tone="amber" icon="warning">
        not found
      </Badge>{' '}
      {words === undefined ? 'Nothing' : `No ${words}`} named “{name}” is in {place} or in your basket. The resource would wait until there
      is.
    </p>
  )
}

'use client'

/** Names the references that lead to nothing, in closed sections too, and leads to their fields. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { queries } from '#components/data/queries.ts'
import type { FormModel } from '#components/forms/form-context.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { JsonObject } from '#lib/json.ts'
import type { ProposalDetail } from '#lib/proposals/contract.ts'
import { referenceTree } from '#lib/schema/reference-tree.ts'
import { askedReferences, isDangling } from './dangling-references.ts'
import styles from './merge.module.css'

const pause = 600

/** The document as it was when nobody had typed for a moment. */
function useSettledValue({ store }: FormModel): JsonObject {
  const read = () => store.state().value
  const [value, setValue] = useState(read)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = store.subscribe(() => {
      clearTimeout(timer)
      timer = setTimeout(() => setValue(store.state().value), pause)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [store])
  return value
}

export function DanglingNotice({ model, onto }: { model: FormModel; onto: ProposalDetail | undefined }) {
  const { kind, cluster, namespace, view } = model
  const value = useSettledValue(model)
  const { data: kinds } = useQuery(queries.kinds())
  const { data: basket } = useQuery(queries.basket())
  const tree = useMemo(() => referenceTree(kind.root), [kind])
  const asked = useMemo(
    () =>
      askedReferences(
        tree,
        value,
        namespace,
        (kinds?.items ?? []).filter((each) => each.cluster === cluster),
      ),
    [tree, value, namespace, kinds, cluster],
  )
  // the same questions as the fields themselves ask, so that each is asked once
  const found = useQueries({
    queries: asked.map((reference) =>
      queries.resources({
        ...(reference.kinds ? { kind: reference.kinds } : {}),
        cluster: [cluster],
        namespace: [reference.namespace],
        q: reference.name,
        limit: 50,
      }),
    ),
  })
  if (!basket) return null
  const coming = { cluster, basket: basket.items, proposal: onto?.resources ?? [] }
  const dangling = asked.filter((reference, index) => {
    const answer = found[index]
    // what was asked before says nothing about this name
    const names = answer?.isPlaceholderData ? undefined : answer?.data?.items.map(({ name }) => name)
    return isDangling(reference, names, coming)
  })
  if (dangling.length === 0) return null
  return (
    <Banner tone="amber">
      {counted(dangling.length, 'reference')} {dangling.length === 1 ? 'leads' : 'lead'} to nothing you can see. The resource would wait
      until it is there:
      <ul className={styles.dangling}>
        {dangling.map(({ path, words, name, namespace: there }) => (
          <li key={JSON.stringify(path)}>
            <Button size="small" look="quiet" onClick={() => view.reveal(path)}>
              {fieldPath(path)}
            </Button>{' '}
            {words} “{name}” in {there === namespace ? 'this project' : there}
          </li>
        ))}
      </ul>
    </Banner>
  )
}

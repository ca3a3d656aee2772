'use client'

/** Names the references that lead to nothing, in closed sections too, and leads to their fields. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { queries } from '#components/data/queries.ts'
import type { FormModel } from '#components/forms/form-context.tsx'
import { lookUp } from '#components/forms/reference-filter.ts'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { JsonObject } from '#lib/json.ts'
import { referenceTree } from '#lib/schema/reference-tree.ts'
import { askedReferences, isDangling, mostAsked } from './dangling-references.ts'
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

export function DanglingNotice({ model }: { model: FormModel }) {
  const { kind, cluster, namespace, proposal, view } = model
  const value = useSettledValue(model)
  const { data: kinds } = useQuery(queries.kinds())
  const { data: basket } = useQuery(queries.basket())
  const tree = useMemo(() => referenceTree(kind.root), [kind])
  const { resources, more } = useMemo(
    () =>
      askedReferences(
        tree,
        value,
        namespace,
        (kinds?.items ?? []).filter((each) => each.cluster === cluster),
      ),
    [tree, value, namespace, kinds, cluster],
  )
  // what was asked before says nothing about this name
  const found = useQueries({
    queries: resources.map((resource) => ({
      ...queries.resources(lookUp(cluster, resource.kinds, resource)),
      placeholderData: undefined,
    })),
  })
  if (!basket) return null
  const coming = { cluster, basket: basket.items, proposal }
  const dangling = resources
    .filter((resource, index) => {
      const items = found[index]?.data?.items
      return isDangling(resource, items && items.length > 0, coming)
    })
    .flatMap(({ paths, ...resource }) => paths.map((path) => ({ ...resource, path })))
  if (dangling.length === 0)
    return more === 0 ? null : (
      <Banner>
        {counted(more, 'reference')} of this manifest {more === 1 ? 'is' : 'are'} not looked up: at most {mostAsked} resources are.
      </Banner>
    )
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
      {more > 0 ? `and ${more} more not looked up` : null}
    </Banner>
  )
}

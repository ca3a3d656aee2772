'use client'

/**
 * Editor of references to other resources. One chooses among what exists (live search over the index), types a name that
 * comes into being with the same proposal (what waits in the basket is offered), or gives an external value whose format is explained. The two ways
 * exclude each other: choosing one takes the other's keys out.
 */
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { inBasket, referenceKinds } from '#components/forms/reference-filter.ts'
import { ReferenceTarget } from '#components/forms/reference-target.tsx'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Combobox, type ComboboxOption } from '#components/ui/combobox.tsx'
import fieldStyles from '#components/ui/field.module.css'
import type { ResourcePage } from '#lib/inventory/contract.ts'
import { isObject, type JsonObject, type JsonPath, textAt } from '#lib/json.ts'
import { externalProblem } from '#lib/schema/external-format.ts'
import type { ReferenceField } from '#lib/schema/field-tree.ts'

const anyKind = 'any kind'
const optionValue = (namespace: string, kind: string, name: string): string => JSON.stringify([namespace, kind, name])

export function ReferenceEditor({ node, path, removable }: { node: ReferenceField; path: JsonPath; removable?: boolean }) {
  const { store, cluster, namespace } = useForm()
  const value = useValue(path)
  const { data: kinds } = useQuery(queries.kinds())
  const { data: basket } = useQuery(queries.basket())
  const name = useId()
  const reference: JsonObject = isObject(value) ? value : {}
  const isExternal = node.shape === 'D' || (Object.hasOwn(reference, 'external') && !Object.hasOwn(reference, 'name'))
  const has = (key: string): boolean => node.children.some((child) => child.key === key)
  const offered = (kinds?.items ?? []).filter((kind) => kind.cluster === cluster)
  const wanted = referenceKinds(node.targets, offered)
  const words = node.targets.length > 0 ? node.targets.join(' or ') : anyKind

  const search = async (query: string, signal: AbortSignal): Promise<ComboboxOption[]> => {
    if (!wanted) return []
    const filter = { ...wanted, cluster: [cluster], limit: 20, sort: 'name' as const, ...(query ? { q: query } : {}) }
    // this project first; other projects only where the schema has a namespace to name them
    const [here, elsewhere] = await Promise.all([
      fetchJson<ResourcePage>(apiPaths.resources({ ...filter, namespace: [namespace] }), { signal, stay: true }),
      has('namespace') ? fetchJson<ResourcePage>(apiPaths.resources(filter), { signal, stay: true }) : undefined,
    ])
    const words = query.toLowerCase().split(/\s+/)
    const toCome = inBasket(basket?.items ?? [], cluster, wanted).filter(
      (change) =>
        change.action === 'create' &&
        (change.namespace === namespace || has('namespace')) &&
        words.every((word) => change.name.toLowerCase().includes(word)),
    )
    const rows = [...here.items, ...(elsewhere?.items ?? []).filter((row) => row.namespace !== namespace)]
    const place = (of: string): string => (of === namespace ? 'this project' : of)
    return [
      ...toCome.map((change) => ({
        value: optionValue(change.namespace, change.kind, change.name),
        label: change.name,
        detail: [change.kind.split('.')[0], place(change.namespace)].join(' · '),
        aside: <Badge tone="blue">in your basket</Badge>,
      })),
      ...rows.slice(0, 30).map((row) => ({
        value: optionValue(row.namespace, row.kind, row.name),
        label: row.name,
        detail: [row.kindName, place(row.namespace), row.team].filter(Boolean).join(' · '),
        aside: <StateBadge state={row.state} plain />,
      })),
    ]
  }

  const choose = (option: ComboboxOption | null) => {
    if (!option) return void store.unset(path)
    let chosen: [string, string, string] = [namespace, wanted?.kind?.[0] ?? '', option.value]
    try {
      chosen = JSON.parse(option.value)
    } catch {
      // free text: a name, of something that may come with the same proposal
    }
    const [ofNamespace, ofKind, ofName] = chosen
    const kind = offered.find(({ key }) => key === ofKind)
    store.set(path, {
      ...(has('kind') && kind ? { kind: kind.kind } : {}),
      ...(has('apiVersion') && kind ? { apiVersion: `${kind.group}/${kind.version}` } : {}),
      name: ofName,
      ...(has('namespace') && ofNamespace !== namespace ? { namespace: ofNamespace } : {}),
    })
  }

  const chosenName = textAt(reference, 'name')
  const chosenNamespace = textAt(reference, 'namespace') ?? namespace
  const showExternal = () =>
    store.set(path, { ...(typeof reference.kind === 'string' && has('kind') ? { kind: reference.kind } : {}), external: '' })
  const showExisting = () => store.set(path, {})
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.reference}>
          {node.shape === 'D' ? null : (
            <div className={styles.segments} role="radiogroup" aria-labelledby={control.labelId}>
              <label className={styles.segment} data-checked={!isExternal}>
                <input type="radio" name={name} disabled={control.disabled} checked={!isExternal} onChange={showExisting} />
                managed here
              </label>
              <label className={styles.segment} data-checked={isExternal}>
                <input type="radio" name={name} disabled={control.disabled} checked={isExternal} onChange={showExternal} />
                external
              </label>
            </div>
          )}
          {isExternal ? (
            <>
              <input
                className={fieldStyles.input}
                aria-label={`External value of ${node.label}`}
                aria-describedby={control.describedBy}
                aria-invalid={control.invalid}
                disabled={control.disabled}
                autoComplete="off"
                spellCheck={false}
                placeholder={node.externalFormat}
                value={textAt(reference, 'external') ?? ''}
                onChange={(event) => store.set([...path, 'external'], event.target.value)}
              />
              <ExternalNote node={node} value={textAt(reference, 'external') ?? ''} />
            </>
          ) : (
            <>
              <Combobox
                label={`${node.label}: ${words}`}
                hideLabel
                text={chosenName ?? ''}
                placeholder={`Search ${words}`}
                disabled={control.disabled}
                mono
                free
                search={search}
                onChange={choose}
                emptyText={
                  !wanted
                    ? `This cluster does not offer ${words}. Use an external value.`
                    : 'Nothing matches. A typed name is used as it is.'
                }
              />
              {chosenName ? (
                <ReferenceTarget
                  name={chosenName}
                  namespace={chosenNamespace}
                  kinds={referenceKinds(node.targets, offered, textAt(reference, 'kind'))}
                  words={textAt(reference, 'kind') ?? (node.targets.length > 0 ? words : undefined)}
                />
              ) : null}
            </>
          )}
        </div>
      )}
    </FieldFrame>
  )
}

/** How an external value is written, and what in this one is written otherwise. The format is read out of prose: it warns. */
function ExternalNote({ node, value }: { node: ReferenceField; value: string }) {
  const problem = node.externalFormat ? externalProblem(node.externalFormat, value) : undefined
  return (
    <>
      {problem ? <p className={styles.warning}>{problem}</p> : null}
      <p className={styles.note}>
        {node.externalFormat ? (
          <>
            Something that no manifest manages, written as <code>{node.externalFormat}</code>
          </>
        ) : (
          `The ${node.targetField ?? 'identifier'} of something that no manifest manages.`
        )}
      </p>
    </>
  )
}

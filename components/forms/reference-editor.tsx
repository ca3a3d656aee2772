'use client'

/**
 * Editor of references to other resources. One chooses among what exists (live search over the index), types a name that
 * comes into being with the same pull request, or gives an external value whose format is explained. The two ways
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
import { referenceKinds } from '#components/forms/reference-filter.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Combobox, type ComboboxOption } from '#components/ui/combobox.tsx'
import fieldStyles from '#components/ui/field.module.css'
import type { ResourcePage } from '#lib/inventory/contract.ts'
import { isObject, type JsonObject, type JsonPath, textAt } from '#lib/json.ts'
import type { ReferenceField } from '#lib/schema/field-tree.ts'

const anyKind = 'any kind'
const optionValue = (namespace: string, kind: string, name: string): string => JSON.stringify([namespace, kind, name])

export function ReferenceEditor({ node, path, removable }: { node: ReferenceField; path: JsonPath; removable?: boolean }) {
  const { store, cluster, namespace } = useForm()
  const value = useValue(path)
  const { data: kinds } = useQuery(queries.kinds())
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
    const rows = [...here.items, ...(elsewhere?.items ?? []).filter((row) => row.namespace !== namespace)]
    return rows.slice(0, 30).map((row) => ({
      value: optionValue(row.namespace, row.kind, row.name),
      label: row.name,
      detail: [row.kindName, row.namespace === namespace ? 'this project' : row.namespace, row.team].filter(Boolean).join(' · '),
      aside: <StateBadge state={row.state} plain />,
    }))
  }

  const choose = (option: ComboboxOption | null) => {
    if (!option) return void store.unset(path)
    let chosen: [string, string, string] = [namespace, wanted?.kind?.[0] ?? '', option.value]
    try {
      chosen = JSON.parse(option.value)
    } catch {
      // free text: a name, of something that may come with the same pull request
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
              <p className={styles.note}>
                {node.externalFormat ? (
                  <>
                    Format: <code>{node.externalFormat}</code>
                  </>
                ) : (
                  `The ${node.targetField ?? 'identifier'} of something that is not managed by a manifest.`
                )}
              </p>
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
                <Target
                  name={chosenName}
                  namespace={chosenNamespace}
                  kinds={referenceKinds(node.targets, offered, textAt(reference, 'kind'))}
                  words={textAt(reference, 'kind') ?? words}
                />
              ) : null}
            </>
          )}
        </div>
      )}
    </FieldFrame>
  )
}

/** What the index knows of the chosen resource; a warning when it knows nothing. */
function Target({
  name,
  namespace,
  kinds,
  words,
}: {
  name: string
  namespace: string
  kinds: ReturnType<typeof referenceKinds>
  words: string
}) {
  const { cluster } = useForm()
  const { data } = useQuery({
    ...queries.resources({ ...kinds, cluster: [cluster], namespace: [namespace], q: name, limit: 50 }),
    enabled: kinds !== undefined,
  })
  if (!data || !kinds) return null
  const row = data.items.find((item) => item.name === name)
  return (
    <p className={styles.note}>
      {row ? (
        <>
          <StateBadge state={row.state} plain /> {row.kindName} in {row.namespace}
        </>
      ) : (
        <>
          <Badge tone="amber" icon="warning">
            not found
          </Badge>{' '}
          {words === anyKind ? 'Nothing' : `No ${words}`} named “{name}” is in {namespace}. Fine if it comes with the same pull request;
          otherwise the resource will wait for it.
        </>
      )}
    </p>
  )
}

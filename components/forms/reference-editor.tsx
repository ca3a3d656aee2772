'use client'

/**
 * Editor of references to other resources. One chooses among what exists (live search over the index), types a name that comes into
 * being with the same proposal (what waits in the basket, and what the proposal holds, is offered), or gives an external value whose
 * format is explained. The two ways exclude each other: what is written first in one takes the other's keys out. Looking at the other
 * way changes nothing.
 */
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { type Control, FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { comingResources, type KindFilter, referenceKinds } from '#components/forms/reference-filter.ts'
import { ReferenceTarget } from '#components/forms/reference-target.tsx'
import { writeParts } from '#components/forms/write-parts.ts'
import {
  asksForKind,
  kindChoices,
  type ReferenceWay,
  referenceWays,
  withChosen,
  withExternal,
  withKind,
  withName,
} from '#components/forms/write-reference.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Combobox, type ComboboxOption } from '#components/ui/combobox.tsx'
import fieldStyles from '#components/ui/field.module.css'
import type { KindSummary, ResourcePage } from '#lib/inventory/contract.ts'
import { isObject, type JsonObject, type JsonPath, textAt } from '#lib/json.ts'
import { externalProblem } from '#lib/schema/external-format.ts'
import { takesKindAlone } from '#lib/schema/field-advice.ts'
import type { ReferenceField } from '#lib/schema/field-tree.ts'

const wayWords: Record<ReferenceWay, string> = { name: 'managed here', external: 'external' }

export function ReferenceEditor({ node, path, removable }: { node: ReferenceField; path: JsonPath; removable?: boolean }) {
  const { store, cluster } = useForm()
  const value = useValue(path)
  const { data: kinds } = useQuery(queries.kinds())
  const group = useId()
  const reference: JsonObject = isObject(value) ? value : {}
  const ways = referenceWays(node)
  const given = ways.find((way) => reference[way] !== undefined)
  // a way somebody looks at holds until the document takes one: by what is written here, or elsewhere
  const [wished, setWished] = useState<{ way: ReferenceWay; given: ReferenceWay | undefined }>()
  const way = (wished?.given === given ? wished?.way : undefined) ?? given ?? ways[0] ?? 'external'
  const offered = (kinds?.items ?? []).filter((kind) => kind.cluster === cluster)
  const write = (next: JsonObject) => {
    // with the last of it gone, the way stays the one that was cleared
    if (ways.every((each) => next[each] === undefined)) setWished({ way, given: undefined })
    writeParts(store, path, next, removable !== false && !node.required)
  }
  const parts = { node, path, reference, offered, write }
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.reference}>
          {ways.length < 2 ? null : (
            <div className={styles.segments} role="radiogroup" aria-labelledby={control.labelId}>
              {ways.map((each) => (
                <label key={each} className={styles.segment} data-checked={way === each}>
                  <input
                    type="radio"
                    name={group}
                    disabled={control.disabled}
                    checked={way === each}
                    onChange={() => setWished({ way: each, given })}
                  />
                  {wayWords[each]}
                </label>
              ))}
            </div>
          )}
          {asksForKind(node, reference, way) ? <KindOf {...parts} control={control} /> : null}
          {way === 'external' ? <ByExternal {...parts} control={control} /> : <ByName {...parts} control={control} />}
        </div>
      )}
    </FieldFrame>
  )
}

interface Part {
  node: ReferenceField
  path: JsonPath
  /** The reference as it stands; empty where there is none. */
  reference: JsonObject
  /** The kinds the cluster offers. */
  offered: readonly KindSummary[]
  write: (reference: JsonObject) => void
  control: Control
}

const place = (path: JsonPath, key: string) => JSON.stringify([...path, key])

function KindOf({ node, path, reference, offered, write, control }: Part) {
  const choices = kindChoices(node, offered)
  const search = async (query: string): Promise<ComboboxOption[]> =>
    choices
      .filter((kind) => kind.toLowerCase().includes(query.trim().toLowerCase()))
      .slice(0, mostKinds)
      .map((kind) => ({ value: kind, label: kind }))
  return (
    <div data-field={place(path, 'kind')}>
      <Combobox
        label={`Kind of ${node.label}`}
        hideLabel
        text={textAt(reference, 'kind') ?? ''}
        placeholder={`Kind, such as ${choices[0]}`}
        disabled={control.disabled}
        mono
        free
        search={search}
        known={String(choices.length)}
        onChange={(option) => write(withKind(node, reference, option?.value ?? '', offered))}
        emptyText="Nothing matches. A typed kind is used as it is."
        invalid={control.invalidAt('kind', 'apiVersion')}
        describedBy={control.describedBy}
      />
    </div>
  )
}

/** So many kinds are listed; the search finds the others. */
const mostKinds = 50

function ByExternal({ node, path, reference, offered, write, control }: Part) {
  const { store } = useForm()
  const external = textAt(reference, 'external')
  return (
    <div data-field={place(path, 'external')} className={styles.reference}>
      <input
        className={fieldStyles.input}
        aria-label={`External value of ${node.label}`}
        aria-describedby={control.describedBy}
        aria-invalid={control.invalidAt('', 'external')}
        disabled={control.disabled}
        autoComplete="off"
        spellCheck={false}
        placeholder={node.externalFormat}
        value={external ?? ''}
        onChange={(event) => {
          const typed = event.target.value
          // typing into a value that is there changes nothing else
          if (external !== undefined && typed !== '') store.set([...path, 'external'], typed)
          else write(withExternal(node, reference, typed, offered))
        }}
      />
      <ExternalNote node={node} value={external ?? ''} />
    </div>
  )
}

function ByName({ node, path, reference, offered, write, control }: Part) {
  const { cluster, namespace, proposal } = useForm()
  const { data: basket } = useQuery(queries.basket())
  const everywhere = node.children.some(({ key }) => key === 'namespace')
  const kind = textAt(reference, 'kind')
  const wanted = referenceKinds(node.targets, offered, kind)
  const words = kind ?? (node.targets.length > 0 ? node.targets.join(' or ') : undefined)
  const chosenName = textAt(reference, 'name')
  const coming = { cluster, basket: basket?.items ?? [], proposal }

  const search = async (query: string, signal: AbortSignal): Promise<ComboboxOption[]> => {
    if (!wanted) return []
    const rows = await findRows({ among: wanted, cluster, namespace, everywhere, query, signal })
    const typed = query.toLowerCase().split(/\s+/)
    const toCome = comingResources(coming, wanted).filter(
      (each) =>
        each.action === 'create' &&
        (each.namespace === namespace || everywhere) &&
        typed.every((word) => each.name.toLowerCase().includes(word)),
    )
    const whereIs = (of: string): string => (of === namespace ? 'this project' : of)
    return [
      ...toCome.map((each) => ({
        value: optionValue(each),
        label: each.name,
        detail: [each.kind.split('.')[0], whereIs(each.namespace)].join(' · '),
        aside: <Badge tone="blue">{each.from === 'basket' ? 'in your basket' : 'in this proposal'}</Badge>,
      })),
      ...rows.map((row) => ({
        value: optionValue(row),
        label: row.name,
        detail: [row.kindName, whereIs(row.namespace), row.team].filter(Boolean).join(' · '),
        aside: <StateBadge state={row.state} plain />,
      })),
    ].filter(({ value }, index, all) => all.findIndex((other) => other.value === value) === index)
  }

  const choose = (option: ComboboxOption | null) => {
    const chosen = option && readOption(option.value)
    if (!chosen) return write(withName(node, reference, option?.value ?? '', offered))
    const ofKind = offered.find(({ key }) => key === chosen.kind)
    const there = chosen.namespace === namespace ? undefined : chosen.namespace
    write(withChosen(node, { name: chosen.name, namespace: there, kind: ofKind }))
  }

  return (
    <div data-field={place(path, 'name')} className={styles.reference}>
      <Combobox
        label={`${node.label}: ${words ?? 'any kind'}`}
        hideLabel
        text={chosenName ?? ''}
        placeholder={`Search ${words ?? 'any kind'}`}
        disabled={control.disabled}
        mono
        free
        search={search}
        known={JSON.stringify([wanted, basket !== undefined])}
        onChange={choose}
        emptyText={
          wanted
            ? 'Nothing matches. A typed name is used as it is.'
            : kind === 'Project' && takesKindAlone(node, kind)
              ? 'Without a name it is the project that this lies in. Name another one as an external value.'
              : `This cluster does not offer ${words}. Use an external value.`
        }
        invalid={control.invalidAt('', 'name', 'namespace')}
        describedBy={control.describedBy}
      />
      {chosenName ? (
        <ReferenceTarget name={chosenName} namespace={textAt(reference, 'namespace') ?? namespace} kinds={wanted} words={words} />
      ) : null}
    </div>
  )
}

const optionValue = ({ namespace, kind, name }: { namespace: string; kind: string; name: string }): string =>
  JSON.stringify([namespace, kind, name])

/** What an option means; undefined for free text: a name, of something that may come with the same proposal. */
function readOption(value: string): { namespace: string; kind: string; name: string } | undefined {
  if (!value.startsWith('[')) return undefined
  try {
    const [namespace, kind, name] = JSON.parse(value)
    return { namespace, kind, name }
  } catch {
    return undefined
  }
}

/** What the index has: this project first, others only where the schema has a namespace to name them. */
async function findRows({
  among,
  cluster,
  namespace,
  everywhere,
  query,
  signal,
}: {
  among: KindFilter
  cluster: string
  namespace: string
  everywhere: boolean
  query: string
  signal: AbortSignal
}): Promise<ResourcePage['items']> {
  const filter = { ...among, cluster: [cluster], limit: 20, sort: 'name' as const, ...(query ? { q: query } : {}) }
  const [here, elsewhere] = await Promise.all([
    fetchJson<ResourcePage>(apiPaths.resources({ ...filter, namespace: [namespace] }), { signal, stay: true }),
    everywhere ? fetchJson<ResourcePage>(apiPaths.resources(filter), { signal, stay: true }) : undefined,
  ])
  return [...here.items, ...(elsewhere?.items ?? []).filter((row) => row.namespace !== namespace)].slice(0, 30)
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

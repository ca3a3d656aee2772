'use client'

import Link from 'next/link'
import { classNames } from '#components/ui/class-names.ts'
import { count, kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import tableStyles from '#components/ui/table.module.css'
import type { ImportChoice, ImportCounts, ImportFacets } from '#lib/imports/contract.ts'
import styles from './choose.module.css'
import { type ChooseFilter, choosePath, toggled } from './choose-filter.ts'
import { assetTypeWord, categories, categoryLooks } from './import-words.ts'
import { TriState } from './tri-state.tsx'

type KindFacet = ImportFacets['kinds'][number]

const sum = (counts: readonly ImportCounts[]): ImportCounts =>
  counts.reduce(
    (all, each) => ({
      importable: all.importable + each.importable,
      managed: all.managed + each.managed,
      unsupported: all.unsupported + each.unsupported,
      skipped: all.skipped + each.skipped,
      chosen: all.chosen + each.chosen,
    }),
    { importable: 0, managed: 0, unsupported: 0, skipped: 0, chosen: 0 },
  )

/** Chosen are those that can simply be imported; left out is whatever was chosen. */
const whatToChoose = (chosen: boolean): NonNullable<ImportChoice['filter']> => (chosen ? { category: ['importable'] } : {})

/** One line for a kind, though several asset types may become it. */
function byKind(kinds: readonly KindFacet[]): KindFacet[] {
  const lines = Map.groupBy(kinds, ({ kind, assetType }) => kind ?? assetType)
  return [...lines.values()].flatMap((same) => {
    const [first] = same
    return first ? [{ ...first, counts: sum(same.map(({ counts }) => counts)) }] : []
  })
}

/** Everything by service and kind, with counts: a click filters, the box chooses all of a kind. */
export function KindPanel({
  run,
  facets,
  filter,
  choose,
}: {
  run: string
  facets: ImportFacets
  filter: ChooseFilter
  choose: (choice: ImportChoice) => void
}) {
  const services = Map.groupBy(facets.kinds, ({ service }) => service)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.panel} tabIndex={0} aria-label="By service and kind">
      <table className={styles.kinds}>
        <thead className={tableStyles.head}>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Chosen</span>
            </th>
            <th scope="col">Kind</th>
            {categories.map((category) => (
              <th key={category} scope="col" className={styles.number} title={categoryLooks[category].word}>
                <Icon name={categoryLooks[category].icon} size={14} />
                <span className="visually-hidden">{categoryLooks[category].word}</span>
              </th>
            ))}
          </tr>
        </thead>
        {[...services]
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([service, kinds]) => (
            <tbody key={service}>
              <KindLine
                name={service}
                counts={sum(kinds.map(({ counts }) => counts))}
                on={filter.service.includes(service)}
                href={choosePath(run, toggled(filter, 'service', service))}
                service
                choose={(chosen) => choose({ chosen, filter: { ...whatToChoose(chosen), service: [service] } })}
              />
              {byKind(kinds)
                .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
                .map((facet) => (
                  <KindLine
                    key={`${facet.assetType} ${facet.kind ?? ''}`}
                    name={nameOf(facet)}
                    title={facet.assetType}
                    counts={facet.counts}
                    on={filter.kind.includes(facet.kind ?? facet.assetType)}
                    href={choosePath(run, toggled(filter, 'kind', facet.kind ?? facet.assetType))}
                    choose={
                      facet.kind === null
                        ? undefined
                        : (chosen) => choose({ chosen, filter: { ...whatToChoose(chosen), ...(facet.kind ? { kind: [facet.kind] } : {}) } })
                    }
                  />
                ))}
            </tbody>
          ))}
      </table>
    </section>
  )
}

const nameOf = (facet: KindFacet) => (facet.kind ? kindOf(facet.kind) : assetTypeWord(facet.assetType))

function KindLine({
  name,
  title,
  counts,
  on,
  href,
  service = false,
  choose,
}: {
  name: string
  title?: string
  counts: ImportCounts
  on: boolean
  href: string
  service?: boolean
  choose?: ((chosen: boolean) => void) | undefined
}) {
  return (
    <tr className={classNames(styles.kindLine, service && styles.serviceLine)} data-on={on || undefined}>
      <td>
        {choose && (counts.importable > 0 || counts.chosen > 0) ? (
          <TriState
            label={`Choose all of ${name}`}
            checked={counts.chosen > 0 && counts.chosen >= counts.importable}
            some={counts.chosen > 0}
            onChange={choose}
          />
        ) : null}
      </td>
      <th scope="row" title={title}>
        <Link href={href} aria-current={on ? 'true' : undefined} scroll={false} replace>
          {name}
        </Link>
      </th>
      {categories.map((category) => (
        <td key={category} className={styles.number}>
          {counts[category] === 0 ? <span className={styles.none}>0</span> : count(counts[category])}
        </td>
      ))}
    </tr>
  )
}

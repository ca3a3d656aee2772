'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { FilterBar, FilterChips, FindField } from '#components/ui/filter-bar.tsx'
import { count, counted, kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { ListFoot } from '#components/ui/list-foot.tsx'
import { EmptyState, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { lookOf } from '#components/ui/states.ts'
import { FacetMenu } from './facet-menu.tsx'
import {
  cleared,
  type FilterName,
  filterNames,
  filterPath,
  isFiltered,
  nextPage,
  previousPage,
  type ResourceFilter,
  readFilter,
  resourceQuery,
  toggled,
  withFilter,
} from './resource-filter.ts'
import styles from './resource-list.module.css'
import { ResourceTable } from './resource-table.tsx'

const words: Record<FilterName, string> = { cluster: 'Cluster', namespace: 'Project', kind: 'Kind', team: 'Team', state: 'State' }
const facetNames = ['namespace', 'kind', 'team', 'state'] as const

/** The fleet: every resource the person may see. The address holds the whole view; the server filters, sorts and pages. */
export function ResourceList() {
  const filter = readFilter(useSearchParams())
  const { pages: _, ...withoutPages } = filter
  const list = useQuery(queries.resources(resourceQuery(filter)))
  const facets = useQuery(queries.facets(resourceQuery({ ...withoutPages, pages: [] })))
  const page = list.data
  const rows = page?.items ?? []
  return (
    <div className={styles.layout}>
      <PageHeader
        title="Resources"
        asOf={page?.asOf}
        actions={
          <LinkButton href="/create" look="primary" icon="create">
            Create
          </LinkButton>
        }
      />
      <FilterBar label="Filter resources">
        <FindField
          className={styles.find}
          label="Find by name, kind, project or team"
          placeholder="Name, kind, project or team"
          value={filter.q}
          hrefOf={(q) => filterPath(withFilter(filter, { q }))}
        />
        {facetNames.map((name) => (
          <FacetMenu
            key={name}
            name={name}
            title={words[name]}
            facets={facets.data}
            chosen={filter[name]}
            hrefOf={(value) => filterPath(toggled(filter, name, value))}
          />
        ))}
      </FilterBar>
      <Chips filter={filter} />
      {list.isError && !page ? (
        <ErrorState error={list.error} what="the resources" retry={() => void list.refetch()} />
      ) : !page ? (
        <Skeleton rows={12} label="Loading resources" />
      ) : (
        <>
          {list.isError ? <ErrorState error={list.error} what="the newest resources" retry={() => void list.refetch()} /> : null}
          <GapNotice gaps={page.gaps} />
          {rows.length === 0 ? (
            <Nothing filter={filter} />
          ) : (
            <div className={list.isPlaceholderData ? styles.waiting : undefined} aria-busy={list.isPlaceholderData}>
              <ResourceTable label="Resources" rows={rows} view={filterPath(filter)} filter={filter} />
            </div>
          )}
          {rows.length > 0 ? (
            <ListFoot
              status={
                <>
                  {counted(page.total, 'resource')}
                  {page.totalIsLowerBound ? ' or more' : ''}
                  {filter.pages.length > 0 ? ` · page ${count(filter.pages.length + 1)}` : ''}
                </>
              }
            >
              {filter.pages.length > 0 ? (
                <LinkButton size="small" icon="left" href={filterPath(previousPage(filter))}>
                  Previous
                </LinkButton>
              ) : null}
              {page.nextCursor ? (
                <LinkButton size="small" href={filterPath(nextPage(filter, page.nextCursor))}>
                  Next
                  <Icon name="right" />
                </LinkButton>
              ) : null}
            </ListFoot>
          ) : null}
        </>
      )}
    </div>
  )
}

/** What filters the list, each removable. */
function Chips({ filter }: { filter: ResourceFilter }) {
  const word = (name: FilterName, value: string) => (name === 'state' ? lookOf(value).word : name === 'kind' ? kindOf(value) : value)
  const chips = filterNames.flatMap((name) =>
    filter[name].map((value) => ({
      key: `${name} ${value}`,
      text: `${words[name]}: ${word(name, value)}`,
      without: filterPath(toggled(filter, name, value)),
    })),
  )
  if (filter.q) chips.unshift({ key: 'q', text: `“${filter.q}”`, without: filterPath(withFilter(filter, { q: '' })) })
  return <FilterChips chips={chips} cleared={filterPath(cleared(filter))} />
}

function Nothing({ filter }: { filter: ResourceFilter }) {
  return isFiltered(filter) ? (
    <EmptyState
      title="No resource matches"
      icon="search"
      action={<LinkButton href={filterPath(cleared(filter))}>Clear the filters</LinkButton>}
    >
      Remove a condition above, or look for another word.
    </EmptyState>
  ) : (
    <EmptyState
      title="No resources yet"
      action={
        <LinkButton href="/create" look="primary">
          Create the first one
        </LinkButton>
      }
    >
      What your projects declare in Git and CI has applied is listed here, with its state.
    </EmptyState>
  )
}

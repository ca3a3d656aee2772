'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { count, counted, kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { TextField } from '#components/ui/inputs.tsx'
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
      <search className={styles.toolbar} aria-label="Filter resources">
        <FindField filter={filter} />
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
      </search>
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
            <div className={styles.pages}>
              <span role="status">
                {counted(page.total, 'resource')}
                {page.totalIsLowerBound ? ' or more' : ''}
                {filter.pages.length > 0 ? ` · page ${count(filter.pages.length + 1)}` : ''}
              </span>
              <span>
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
              </span>
            </div>
          ) : null}
        </>
      )}
    </div>
  )
}

/** The text condition; it reaches the address 250 ms after the last key. */
function FindField({ filter }: { filter: ResourceFilter }) {
  const router = useRouter()
  const [text, setText] = useState(filter.q)
  const [sent, setSent] = useState(filter.q)
  // The address changed by a link (a chip, "back"): the field follows it.
  if (filter.q !== sent) {
    setSent(filter.q)
    setText(filter.q)
  }
  const path = filterPath(withFilter(filter, { q: text.trim() }))
  useEffect(() => {
    if (text.trim() === sent) return
    const timer = setTimeout(() => {
      setSent(text.trim())
      router.replace(path, { scroll: false })
    }, 250)
    return () => clearTimeout(timer)
  }, [text, sent, path, router])
  return (
    <TextField
      className={styles.find}
      label="Find by name, kind, project or team"
      hideLabel
      type="search"
      maxLength={200}
      placeholder="Name, kind, project or team"
      value={text}
      onChange={setText}
    />
  )
}

/** What filters the list, each removable. */
function Chips({ filter }: { filter: ResourceFilter }) {
  if (!isFiltered(filter)) return null
  const word = (name: FilterName, value: string) => (name === 'state' ? lookOf(value).word : name === 'kind' ? kindOf(value) : value)
  const chip = (key: string, text: string, without: ResourceFilter) => (
    <Link key={key} href={filterPath(without)} className={styles.chip} aria-label={`Remove ${text}`} replace scroll={false}>
      {text}
      <Icon name="close" size={12} />
    </Link>
  )
  return (
    <div className={styles.chips}>
      {filter.q ? chip('q', `“${filter.q}”`, withFilter(filter, { q: '' })) : null}
      {filterNames.flatMap((name) =>
        filter[name].map((value) => chip(`${name} ${value}`, `${words[name]}: ${word(name, value)}`, toggled(filter, name, value))),
      )}
      <Link href={filterPath(cleared(filter))} replace scroll={false}>
        Clear all
      </Link>
    </div>
  )
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

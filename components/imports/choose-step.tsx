'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { FilterBar, FilterChips, FindField } from '#components/ui/filter-bar.tsx'
import { count, counted, kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { ListFoot } from '#components/ui/list-foot.tsx'
import { Menu, MenuItem, MenuLabel } from '#components/ui/menu.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ImportFacets, ImportRow, ImportRun } from '#lib/imports/contract.ts'
import { AssetTable } from './asset-table.tsx'
import styles from './choose.module.css'
import { type ChooseFilter, choiceFilter, choosePath, chooseQuery, isFiltered, readChooseFilter, toggled } from './choose-filter.ts'
import { importPages } from './import-paths.ts'
import { importQueries } from './import-queries.ts'
import { assetTypeWord, categories, categoryLooks, verdictLooks, verdicts } from './import-words.ts'
import { KindPanel } from './kind-panel.tsx'
import { LookBadge } from './look-badge.tsx'
import { StepFoot } from './step-foot.tsx'
import { canChoose, useChoice } from './use-choice.ts'

/** Everything that was read, with what becomes of it and why; chosen is kept on the server, so that reload and a second tab see the same. */
export function ChooseStep({ run }: { run: ImportRun }) {
  const filter = readChooseFilter(useSearchParams())
  const facets = useQuery(importQueries.facets(run.id))
  const rows = useInfiniteQuery(importQueries.rows(run.id, chooseQuery(filter)))
  const { choose, busy } = useChoice(run.id)
  const pages = rows.data?.pages ?? []
  const loaded = pages.flatMap((page) => page.items)
  const total = pages[0]?.total ?? 0
  const everything = filter.tree
  const { hasNextPage, isFetching, fetchNextPage, isError } = rows
  // a tree needs all of them: a parent may be on the last page
  useEffect(() => {
    if (everything && hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [everything, hasNextPage, isFetching, isError, fetchNextPage])

  return (
    <div className={styles.step}>
      <Summary run={run} filter={filter} />
      {facets.isError && !facets.data ? <Banner tone="amber">{facets.error.message} The list itself is complete.</Banner> : null}
      <div className={styles.columns}>
        {facets.data ? (
          <Kinds run={run.id} facets={facets.data} filter={filter} choose={(choice) => void choose(choice)} />
        ) : facets.isError ? null : (
          <Skeleton rows={8} label="Loading the kinds" />
        )}
        <div className={styles.rows}>
          <FilterBar label="Filter the assets">
            <FindField
              className={styles.find}
              label="Find by name"
              placeholder="Part of a name"
              value={filter.q}
              hrefOf={(q) => choosePath(run.id, { ...filter, q })}
            />
            <ReasonMenu run={run.id} filter={filter} facets={facets.data} />
            <VerdictMenu run={run.id} filter={filter} />
            <LinkButton
              href={choosePath(run.id, { ...filter, tree: !filter.tree })}
              icon={filter.tree ? 'menu' : 'resources'}
              replace
              scroll={false}
              title={filter.tree ? 'Show one list' : 'Show assets below their parents'}
            >
              {filter.tree ? 'List' : 'Tree'}
            </LinkButton>
          </FilterBar>
          <Chips run={run.id} filter={filter} facets={facets.data} />
          {!rows.data ? (
            rows.isError ? (
              <ErrorState error={rows.error} what="the assets" retry={() => void rows.refetch()} />
            ) : (
              <Skeleton rows={12} label="Loading the assets" />
            )
          ) : (
            <>
              {rows.isError ? (
                <Banner
                  tone="amber"
                  action={
                    <Button size="small" onClick={() => void rows.fetchNextPage()}>
                      Try again
                    </Button>
                  }
                >
                  {rows.error.message} What you see is what was read until now.
                </Banner>
              ) : null}
              {total === 0 ? (
                <Nothing run={run} filter={filter} />
              ) : (
                <div className={rows.isPlaceholderData ? styles.waiting : undefined} aria-busy={rows.isPlaceholderData || busy}>
                  <AssetTable
                    run={run}
                    rows={loaded}
                    total={total}
                    tree={filter.tree}
                    more={hasNextPage && !isFetching && !isError ? () => void fetchNextPage() : undefined}
                    choose={(choice) => void choose(choice)}
                  />
                </div>
              )}
              {total > 0 ? (
                <ListFoot
                  status={
                    <>
                      {counted(total, 'asset')}
                      {everything && loaded.length < total ? ` · reading ${count(loaded.length)} of ${count(total)}` : ''}
                    </>
                  }
                >
                  <ChooseAll
                    filter={filter}
                    rows={loaded}
                    total={total}
                    choose={(choice) => void choose(choice)}
                    busy={busy}
                    waiting={rows.isPlaceholderData}
                  />
                </ListFoot>
              ) : null}
            </>
          )}
        </div>
      </div>
      <StepFoot>
        <span role="status">
          <strong>{count(run.counts.chosen)}</strong> of {count(run.counts.importable)} importable chosen
          {run.proposed > 0 ? `, ${count(run.proposed)} of them in pull requests` : ''}
        </span>
        {run.proposed > 0 && run.proposed >= run.counts.chosen ? (
          <LinkButton look="primary" href={importPages.run(run.id, 'adoption')}>
            After the merge
            <Icon name="right" />
          </LinkButton>
        ) : run.counts.chosen > 0 ? (
          <LinkButton look="primary" href={importPages.run(run.id, 'review')}>
            Review {count(run.counts.chosen)}
            <Icon name="right" />
          </LinkButton>
        ) : (
          <span className={styles.small}>Choose something to go on.</span>
        )}
      </StepFoot>
    </div>
  )
}

/** The four categories with their counts; each is a filter. */
function Summary({ run, filter }: { run: ImportRun; filter: ChooseFilter }) {
  return (
    <nav className={styles.summary} aria-label="What becomes of the assets">
      {categories.map((category) => {
        const on = filter.category.includes(category)
        return (
          <Link
            key={category}
            href={choosePath(run.id, { ...filter, category: on ? [] : [category] })}
            aria-current={on ? 'true' : undefined}
            replace
            scroll={false}
          >
            <strong>{count(run.counts[category])}</strong>
            <LookBadge look={categoryLooks[category]} plain />
          </Link>
        )
      })}
      <Link
        href={choosePath(run.id, { ...filter, chosen: !filter.chosen })}
        aria-current={filter.chosen ? 'true' : undefined}
        replace
        scroll={false}
      >
        <strong>{count(run.counts.chosen)}</strong> chosen
      </Link>
    </nav>
  )
}

function Kinds(props: { run: string; facets: ImportFacets; filter: ChooseFilter; choose: Parameters<typeof KindPanel>[0]['choose'] }) {
  return (
    <>
      <div className={styles.wideKinds}>
        <KindPanel {...props} />
      </div>
      <details className={styles.narrowKinds}>
        <summary>By service and kind ({count(props.facets.kinds.length)})</summary>
        <KindPanel {...props} />
      </details>
    </>
  )
}

function ReasonMenu({ run, filter, facets }: { run: string; filter: ChooseFilter; facets: ImportFacets | undefined }) {
  const reasons = facets?.reasons ?? []
  return (
    <Menu
      align="start"
      label="Why not"
      trigger={(button) => <Button {...button}>Why not{filter.reason.length > 0 ? ` (${filter.reason.length})` : ''} ▾</Button>}
    >
      {reasons.length === 0 ? <MenuLabel>{facets ? 'Nothing was left out' : 'Loading…'}</MenuLabel> : null}
      {categories.flatMap((category) => {
        const here = reasons.filter((each) => each.category === category)
        if (here.length === 0) return []
        return [
          <MenuLabel key={category}>{categoryLooks[category].word}</MenuLabel>,
          ...here.map((each) => (
            <MenuItem
              key={`${category} ${each.reason}`}
              href={choosePath(run, toggled(filter, 'reason', each.reason))}
              checked={filter.reason.includes(each.reason)}
            >
              <span className={styles.reason}>
                {each.message} <span className={styles.reasonCount}>{count(each.count)}</span>
              </span>
            </MenuItem>
          )),
        ]
      })}
    </Menu>
  )
}

function VerdictMenu({ run, filter }: { run: string; filter: ChooseFilter }) {
  return (
    <Menu
      align="start"
      label="Verdict"
      trigger={(button) => <Button {...button}>Verdict{filter.verdict.length > 0 ? ` (${filter.verdict.length})` : ''} ▾</Button>}
    >
      {verdicts.map((verdict) => (
        <MenuItem
          key={verdict}
          icon={verdictLooks[verdict].icon}
          href={choosePath(run, toggled(filter, 'verdict', verdict))}
          checked={filter.verdict.includes(verdict)}
        >
          {verdictLooks[verdict].word}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** What filters the list, each removable. */
function Chips({ run, filter, facets }: { run: string; filter: ChooseFilter; facets: ImportFacets | undefined }) {
  const chip = (key: string, text: string, without: ChooseFilter) => ({ key, text, without: choosePath(run, without) })
  const reasonWord = (reason: string) => facets?.reasons.find((each) => each.reason === reason)?.message ?? reason
  const chips = [
    ...(filter.q ? [chip('q', `“${filter.q}”`, { ...filter, q: '' })] : []),
    ...filter.category.map((each) => chip(each, categoryLooks[each].word, toggled(filter, 'category', each))),
    ...filter.service.map((each) => chip(`s ${each}`, `Service: ${each}`, toggled(filter, 'service', each))),
    ...filter.kind.map((each) =>
      chip(`k ${each}`, `Kind: ${each.includes('/') ? assetTypeWord(each) : kindOf(each)}`, toggled(filter, 'kind', each)),
    ),
    ...filter.reason.map((each) => chip(`r ${each}`, reasonWord(each), toggled(filter, 'reason', each))),
    ...filter.verdict.map((each) => chip(each, verdictLooks[each].word, toggled(filter, 'verdict', each))),
    ...(filter.chosen ? [chip('chosen', 'Chosen', { ...filter, chosen: false })] : []),
  ]
  return <FilterChips chips={chips} cleared={choosePath(run, { ...readChooseFilter(new URLSearchParams()), tree: filter.tree })} />
}

/** Chooses all that is shown, by its condition; where no condition can say it, the rows read so far. */
function ChooseAll({
  filter,
  rows,
  total,
  choose,
  busy,
  waiting,
}: {
  filter: ChooseFilter
  rows: readonly ImportRow[]
  total: number
  choose: Parameters<typeof KindPanel>[0]['choose']
  busy: boolean
  /** The rows are still those of the filter before, which nobody means any more. */
  waiting: boolean
}) {
  const by = choiceFilter(filter)
  // what a rule skipped is chosen on purpose: with its category shown, or one by one
  const meant: readonly string[] = filter.category.length > 0 ? filter.category : ['importable']
  const able = rows.filter((row) => canChoose(row) && (meant.includes(row.category) || row.chosen))
  const ids = able.slice(0, 5000).map(({ id }) => id)
  const part = by === undefined && rows.length < total ? ` of the first ${count(rows.length)}` : ''
  const send = (chosen: boolean) => choose(by ? { chosen, filter: by } : { chosen, rows: ids })
  if (ids.length === 0) return null
  return (
    <>
      {able.every((row) => row.chosen) || total === 0 ? null : (
        <Button size="small" busy={busy} disabled={waiting} onClick={() => send(true)}>
          Choose all {filter.category.length === 0 ? 'importable' : 'shown'}
          {part}
        </Button>
      )}
      {able.some((row) => row.chosen) ? (
        <Button size="small" busy={busy} disabled={waiting} onClick={() => send(false)}>
          Choose none{part}
        </Button>
      ) : null}
    </>
  )
}

function Nothing({ run, filter }: { run: ImportRun; filter: ChooseFilter }) {
  return isFiltered(filter) ? (
    <EmptyState
      title="No asset matches"
      icon="search"
      action={<LinkButton href={importPages.run(run.id, 'choose')}>Clear the filters</LinkButton>}
    >
      Remove a condition above, or look for another word.
    </EmptyState>
  ) : (
    <EmptyState
      title="There is nothing to import"
      icon="resources"
      action={<LinkButton href={importPages.home}>Scan another project</LinkButton>}
    >
      The inventory knows no asset here.
    </EmptyState>
  )
}

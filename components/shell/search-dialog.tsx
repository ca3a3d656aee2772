'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useEffect, useId, useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { nextOption } from '#components/ui/cursor-moves.ts'
import { Dialog } from '#components/ui/dialog.tsx'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import type { SearchResult } from '#lib/inventory/contract.ts'
import { places } from './places.ts'
import styles from './search-dialog.module.css'

const icons: Record<SearchResult['hits'][number]['type'], IconName> = {
  resource: 'resources',
  kind: 'create',
  project: 'projects',
  proposal: 'proposals',
}

/** Pages whose name starts with what was typed; all of them before anything is typed. */
const pagesFor = (text: string): { title: string; subtitle: string; href: string; icon: IconName; state: null }[] =>
  places
    .filter((place) => !place.admin && place.title.toLowerCase().startsWith(text.trim().toLowerCase()))
    .map((place) => ({ title: place.title, subtitle: 'Page', href: place.href, icon: place.icon, state: null }))

/** Ctrl-K: resources, kinds, projects, proposals and pages by name. Loaded when first opened. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const id = useId()
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  const [active, setActive] = useState(0)
  const [moved, setMoved] = useState(false)
  /** Enter was pressed before the answer to the text came. */
  const [hurried, setHurried] = useState(false)

  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), 120)
    return () => clearTimeout(timer)
  }, [text])

  const found = useQuery({
    queryKey: queryKeys.search(asked),
    queryFn: ({ signal }) => fetchJson<SearchResult>(apiPaths.search(asked), { signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 5000,
  })
  const pages = pagesFor(text)
  const hits = [...pages, ...(asked === '' ? [] : (found.data?.hits ?? []).map((hit) => ({ ...hit, icon: icons[hit.type] })))]
  const chosen = Math.min(active, hits.length - 1)
  const isAnswered = asked === text.trim() && (asked === '' || !found.isPlaceholderData)
  const target = hits[chosen]?.href

  const go = (href: string) => {
    onClose()
    router.push(href)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes once the answer is there; `go` is made anew with every drawing
  useEffect(() => {
    if (!hurried || !isAnswered || found.isPending) return
    setHurried(false)
    if (target !== undefined) go(target)
  }, [hurried, isAnswered, found.isPending, target])
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const next = nextOption(
        hits.map(() => ({})),
        chosen,
        event.key === 'ArrowDown' ? 1 : -1,
      )
      setActive(next)
      setMoved(true)
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      // what was found may answer the text before: only who has moved to it means it
      if (target !== undefined && (isAnswered || moved || chosen < pages.length)) go(target)
      else setHurried(true)
    }
  }

  return (
    <Dialog open onClose={onClose} title="Search" bare>
      <div className={styles.head}>
        <Icon name="search" />
        <input
          autoFocus
          className={styles.input}
          type="text"
          role="combobox"
          aria-label="Search resources, kinds, projects and proposals"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={hits.length > 0 ? `${id}-${chosen}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="Resources, kinds, projects, proposals"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setActive(0)
            setMoved(false)
            setHurried(false)
          }}
          onKeyDown={onKey}
        />
        <kbd>Esc</kbd>
      </div>
      <div className={styles.hits}>
        <div id={`${id}-list`} role="listbox" aria-label="Found" className={styles.list}>
          {hits.map((hit, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys, after the ARIA combobox pattern
            // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus, after the ARIA combobox pattern
            <div
              key={`${hit.href} ${hit.title}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              data-active={index === chosen}
              className={styles.hit}
              onMouseMove={() => setActive(index)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => go(hit.href)}
            >
              <Icon name={hit.icon} />
              <span className={styles.title}>{hit.title}</span>
              {hit.state ? <StateBadge state={hit.state} plain /> : <span />}
              <span className={styles.subtitle}>{hit.subtitle}</span>
            </div>
          ))}
        </div>
        {found.isError && asked !== '' ? (
          <p className={styles.note} role="alert">
            {found.error.message}
          </p>
        ) : hits.length === 0 ? (
          <p className={styles.note} role="status">
            {found.isFetching || asked !== text.trim() ? 'Searching…' : `Nothing you may see is called “${text.trim()}”.`}
          </p>
        ) : null}
      </div>
      <div className={styles.foot} aria-hidden="true">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>↵</kbd> open
        </span>
      </div>
    </Dialog>
  )
}

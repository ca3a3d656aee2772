'use client'

import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { breakGlassQueries } from '#components/break-glass/break-glass-queries.ts'
import { OpenSessionBars } from '#components/break-glass/open-session-bars.tsx'
import { queries } from '#components/data/queries.ts'
import { useLiveState } from '#components/live/live-provider.tsx'
import { Icon, Mark } from '#components/ui/icons.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Toasts } from '#components/ui/toast.tsx'
import { ClusterBanner } from './cluster-banner.tsx'
import { PersonMenu, waitingWords } from './person-menu.tsx'
import { crumbsOf, isAt, places } from './places.ts'
import styles from './shell.module.css'
import type { Theme } from './theme.ts'

const SearchDialog = dynamic(() => import('./search-dialog.tsx').then((file) => file.SearchDialog), { ssr: false })

const countedWords = (what: 'basket' | 'break-glass', number: number) =>
  what === 'basket' ? (number === 1 ? 'change' : 'changes') : waitingWords(number)

/** The frame of every page of the portal: navigation, breadcrumbs, search, the person, and bars that warn. */
export function AppShell({ theme, children }: { theme: Theme; children: ReactNode }) {
  const path = usePathname()
  const me = useQuery(queries.me())
  const basket = useQuery(queries.basket())
  const breakGlass = useQuery(breakGlassQueries.open())
  const sessionsOpen = (breakGlass.data?.items.length ?? 0) > 0
  const numbers = { basket: basket.data?.items.length ?? 0, 'break-glass': breakGlass.data?.waiting ?? 0 }
  const live = useLiveState()
  const [searching, setSearching] = useState(false)
  // The keys' names depend on the machine; the server cannot know, so they appear after the first paint.
  const [shortcut, setShortcut] = useState('')
  // A page below a loading boundary may come alive after the frame's first answers arrived, and would then differ from
  // what the server sent. It has no data on the server anyway: it is drawn once the frame is alive.
  const [alive, setAlive] = useState(false)

  useEffect(() => {
    setAlive(true)
    setShortcut(/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K')
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      setSearching(true)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const shown = places.filter((place) => !place.admin || me.data?.admin)
  const isBlueprint = path.startsWith('/create/blueprint/')
  const blueprints = useQuery({ ...queries.blueprints(), enabled: isBlueprint })
  const crumbs = crumbsOf(path).map((crumb) => {
    // an address has the name; people know the title
    const title = isBlueprint && !crumb.href ? blueprints.data?.items.find(({ name }) => name === crumb.title)?.title : undefined
    return title === undefined ? crumb : { ...crumb, title }
  })
  const entry = (place: (typeof places)[number], className?: string) => (
    <Link key={place.href} href={place.href} className={className} aria-current={isAt(place.href, path) ? 'page' : undefined}>
      <Icon name={place.icon} />
      {place.title}
      {place.counted === 'break-glass' && sessionsOpen ? (
        <span className={styles.dot}>
          <span className="visually-hidden">a session is open</span>
        </span>
      ) : null}
      {place.counted && numbers[place.counted] > 0 ? (
        <span className={styles.number}>
          {numbers[place.counted]}
          <span className="visually-hidden"> {countedWords(place.counted, numbers[place.counted])}</span>
        </span>
      ) : null}
    </Link>
  )

  return (
    <div className={styles.shell}>
      <a href="#content" className={`visually-hidden ${styles.skip}`}>
        Skip to the content
      </a>
      <header className={styles.side}>
        <Link href="/" className={styles.brand}>
          <Mark />
          Corbel
        </Link>
        <nav className={styles.places} aria-label="Main">
          {shown.map((place) => entry(place, styles.place))}
        </nav>
        <div className={styles.foot}>
          <PersonMenu me={me.data} theme={theme} />
        </div>
      </header>
      <div className={styles.main}>
        <section className={styles.top} aria-label="Where you are, search">
          <Link href="/" className={styles.onlyNarrow} aria-label="Corbel, home">
            <Mark size={24} />
          </Link>
          <nav aria-label="Breadcrumbs" className={styles.crumbs}>
            <ol className={styles.crumbs}>
              {crumbs.map((crumb, index) => (
                <li key={crumb.href ?? crumb.title}>
                  {index > 0 ? (
                    <span className={styles.slash} aria-hidden="true">
                      /
                    </span>
                  ) : null}
                  {crumb.href ? <Link href={crumb.href}>{crumb.title}</Link> : <span aria-current="page">{crumb.title}</span>}
                </li>
              ))}
            </ol>
          </nav>
          {live === 'reconnecting' ? (
            <span className={styles.live} role="status" title="The portal's event stream is gone; the page asks every 15 s instead.">
              <Icon name="progressing" size={14} /> Reconnecting…
            </span>
          ) : null}
          <button type="button" className={styles.find} onClick={() => setSearching(true)} aria-keyshortcuts="Control+K Meta+K">
            <Icon name="search" />
            <span>Search</span>
            {shortcut ? <kbd>{shortcut}</kbd> : null}
          </button>
          <div className={styles.onlyNarrow}>
            <PersonMenu me={me.data} theme={theme} compact breakGlass={{ open: sessionsOpen, waiting: numbers['break-glass'] }} />
          </div>
        </section>
        <OpenSessionBars sessions={breakGlass.data?.items ?? []} receivedAt={breakGlass.dataUpdatedAt} path={path} />
        <ClusterBanner clusters={me.data?.clusters ?? []} problem={me.error} />
        <main id="content" className={styles.content} tabIndex={-1}>
          {alive ? children : <Skeleton lines={2} rows={8} label="Loading the page" />}
        </main>
      </div>
      <nav className={styles.bottom} aria-label="Main, small screen">
        {shown.filter((place) => !place.admin && !place.wideOnly).map((place) => entry(place))}
      </nav>
      {searching ? <SearchDialog onClose={() => setSearching(false)} /> : null}
      <Toasts />
    </div>
  )
}

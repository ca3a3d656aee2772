'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { classNames } from '#components/ui/class-names.ts'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '#components/ui/menu.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { Me } from '#lib/identity/contract.ts'
import styles from './shell.module.css'
import { chooseTheme, type Theme } from './theme.ts'

/** Up to two letters for a name: "alice" → "A", "Ana Lima" → "AL". */
export const initials = (name: string): string =>
  name
    .split(/[\s._-]+/)
    .filter((part) => part !== '')
    .slice(0, 2)
    .map((part) => Array.from(part)[0]?.toUpperCase() ?? '')
    .join('')

const themes: { value: Theme; title: string; icon: IconName }[] = [
  { value: 'system', title: 'As the system', icon: 'screen' },
  { value: 'light', title: 'Light', icon: 'sun' },
  { value: 'dark', title: 'Dark', icon: 'moon' },
]

export const waitingWords = (number: number): string => (number === 1 ? 'waits for you' : 'wait for you')

/** What break-glass has to say, where its entry is in this menu only. */
interface BreakGlassNews {
  open: boolean
  waiting: number
}

const nothingNew: BreakGlassNews = { open: false, waiting: 0 }

const newsWords = ({ open, waiting }: BreakGlassNews): string[] => [
  ...(open ? ['a break-glass session is open'] : []),
  ...(waiting > 0 ? [`${waiting} of break-glass ${waitingWords(waiting)}`] : []),
]

/** The signed-in person: who, teams, GitHub account, theme, sign out. Forms are posted, so that they work without script and check their origin. */
export function PersonMenu({
  me,
  theme: initial,
  compact,
  breakGlass = nothingNew,
}: {
  me: Me | undefined
  theme: Theme
  compact?: boolean
  breakGlass?: BreakGlassNews
}) {
  const client = useQueryClient()
  const [theme, setTheme] = useState(initial)
  const unlink = () =>
    fetchJson<void>(apiPaths.github, { method: 'DELETE' }).then(
      () => client.invalidateQueries({ queryKey: queryKeys.me() }),
      (problem: unknown) => showToast(problem instanceof Error ? problem.message : 'Unlinking failed.', 'bad'),
    )
  const post = (action: string) => {
    const form = document.createElement('form')
    form.method = 'post'
    form.action = action
    document.body.append(form)
    form.submit()
  }
  const name = me?.name ?? ''
  return (
    <Menu
      label="You"
      align={compact ? 'end' : 'start'}
      trigger={(button) => (
        <button {...button} type="button" className={styles.person}>
          <span className={styles.face} aria-hidden="true">
            {initials(name) || <Icon name="unknown" />}
          </span>
          {breakGlass.open || breakGlass.waiting > 0 ? (
            <span className={styles.sign} aria-hidden="true">
              {breakGlass.waiting > 0 ? <span className={styles.number}>{breakGlass.waiting}</span> : null}
              {breakGlass.open ? <span className={styles.dot} /> : null}
            </span>
          ) : null}
          {compact || !me ? (
            <span className="visually-hidden">{[`${initials(name)} account and theme`.trim(), ...newsWords(breakGlass)].join(', ')}</span>
          ) : (
            <span className={classNames(styles.who)}>
              <span>{name}</span>
              <span className="visually-hidden">account and theme</span>
              <span className={styles.team}>
                {me ? me.teams.join(', ') || (me.admin ? 'administrator' : me.auditor ? 'auditor' : 'no team') : ''}
              </span>
            </span>
          )}
        </button>
      )}
    >
      {me ? (
        <>
          <MenuLabel>{me.email ?? me.username}</MenuLabel>
          <MenuLabel>
            {me.github
              ? `Pull requests are opened as ${me.github.login} on GitHub`
              : 'Pull requests are opened by the GitHub App, with your name'}
          </MenuLabel>
          <MenuItem
            icon={me.github ? 'close' : 'external'}
            onSelect={() =>
              me.github
                ? void unlink()
                : window.location.assign(
                    `/api/github/link?returnTo=${encodeURIComponent(window.location.pathname + window.location.search)}`,
                  )
            }
          >
            {me.github ? 'Unlink GitHub account' : 'Link GitHub account'}
          </MenuItem>
          <MenuItem icon="breakGlass" href="/break-glass">
            Break-glass
          </MenuItem>
          <MenuItem icon="audit" href="/audit">
            Audit
          </MenuItem>
          {me.admin ? (
            <MenuItem icon="admin" href="/admin">
              Admin
            </MenuItem>
          ) : null}
          <MenuLine />
        </>
      ) : null}
      <MenuLabel>Theme</MenuLabel>
      {themes.map(({ value, title, icon }) => (
        <MenuItem
          key={value}
          icon={icon}
          checked={theme === value}
          onSelect={() => {
            setTheme(value)
            chooseTheme(value)
          }}
        >
          {title}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon="right" onSelect={() => post('/api/v1/session/sign-out')}>
        Sign out
      </MenuItem>
    </Menu>
  )
}

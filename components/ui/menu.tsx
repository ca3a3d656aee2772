'use client'

import Link from 'next/link'
import { type ComponentProps, createContext, type ReactNode, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Icon, type IconName } from './icons.tsx'
import styles from './menu.module.css'
import { placePanel } from './place-panel.ts'

const CloseMenu = createContext<() => void>(() => undefined)

/**
 * A button with a panel of actions, after the ARIA menu-button pattern: arrows, Home, End, first letter, Escape. The
 * native popover closes it on an outside click. `trigger` draws the button and must spread what it is given.
 */
export function Menu({
  trigger,
  children,
  align = 'end',
  label,
}: {
  trigger: (button: Pick<ComponentProps<'button'>, 'id' | 'popoverTarget' | 'aria-haspopup'>) => ReactNode
  children: ReactNode
  align?: 'start' | 'end'
  label: string
}) {
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState(false) // a form has a menu per field: items are drawn when somebody looks
  const items = () => Array.from(panel.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])

  const takeUp = () => {
    const element = panel.current
    const button = document.getElementById(`${id}-button`)
    if (!element || !button) return
    const { left, top } = placePanel(
      button.getBoundingClientRect(),
      { width: element.offsetWidth, height: element.offsetHeight },
      { width: window.innerWidth, height: window.innerHeight },
      align,
    )
    element.style.left = `${left}px`
    element.style.top = `${top}px`
    items()[0]?.focus()
  }
  // The browser opens it by itself, also before the page is alive: nobody heard that then, and it stood there empty.
  useEffect(() => {
    if (panel.current?.matches(':popover-open')) setShown(true)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once its items are there; where nobody was late it opens after that, see onToggle
  useLayoutEffect(() => {
    if (shown && panel.current?.matches(':popover-open')) takeUp()
  }, [shown])

  const move = (event: React.KeyboardEvent) => {
    const all = items()
    const here = all.findIndex((item) => item.contains(document.activeElement))
    const next =
      event.key === 'ArrowDown'
        ? all[(here + 1) % all.length]
        : event.key === 'ArrowUp'
          ? all[(here - 1 + all.length) % all.length]
          : event.key === 'Home'
            ? all[0]
            : event.key === 'End'
              ? all.at(-1)
              : event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey
                ? [...all.slice(here + 1), ...all].find((item) =>
                    item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()),
                  )
                : undefined
    if (event.key === 'Tab') panel.current?.hidePopover()
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  return (
    <CloseMenu value={() => panel.current?.hidePopover()}>
      {trigger({ id: `${id}-button`, popoverTarget: id, 'aria-haspopup': 'menu' })}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={styles.panel}
        onKeyDown={move}
        onBeforeToggle={({ newState }) => flushSync(() => setShown(newState === 'open'))}
        onToggle={({ newState }) => {
          if (newState === 'open') takeUp()
        }}
      >
        {shown ? children : null}
      </div>
    </CloseMenu>
  )
}

/** An action of a menu: a button, or with `href` a link. `checked` makes it one of several choices. */
export function MenuItem({
  icon,
  href,
  checked,
  onSelect,
  disabled,
  children,
}: {
  icon?: IconName
  href?: string
  checked?: boolean
  onSelect?: () => void
  disabled?: boolean
  children: ReactNode
}) {
  const close = useContext(CloseMenu)
  const inside = (
    <>
      {icon ? <Icon name={icon} /> : null}
      <span>{children}</span>
      {checked ? <Icon name="check" className={styles.check} /> : null}
    </>
  )
  if (href !== undefined)
    return (
      <Link href={href} role="menuitem" tabIndex={-1} className={styles.item} onClick={close}>
        {inside}
      </Link>
    )
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked is there only with the role menuitemradio
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      aria-disabled={disabled || undefined}
      tabIndex={-1}
      className={styles.item}
      onClick={() => {
        if (disabled) return
        close()
        onSelect?.()
      }}
    >
      {inside}
    </button>
  )
}

/** A heading over some items of a menu. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <div role="presentation" className={styles.label}>
      {children}
    </div>
  )
}

/** A line between items of a menu. */
export function MenuLine() {
  return <hr className={styles.line} />
}

import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'

interface Look {
  /** `primary` once per view; `danger` for what cannot be taken back; `quiet` inside tables and bars. */
  look?: 'primary' | 'default' | 'quiet' | 'danger'
  size?: 'normal' | 'small'
  icon?: IconName
}

const classesOf = ({ look = 'default', size }: Look, iconOnly: boolean, className?: string) =>
  classNames(styles.button, styles[look], size === 'small' && styles.small, iconOnly && styles.iconOnly, className)

/** A button whose words are a verb ("Open pull request"). `busy` disables it and shows that the work goes on. */
export function Button({
  look,
  size,
  icon,
  busy = false,
  children,
  className,
  disabled,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & Look & { busy?: boolean; children: ReactNode }) {
  return (
    <button
      {...rest}
      type={type}
      className={classesOf({ look, size }, false, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className={styles.busy} aria-hidden="true" /> : icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  )
}

/** A button that is only an icon; `label` is its name for everybody who cannot see it, and its tooltip. */
export function IconButton({
  look = 'quiet',
  size,
  icon,
  label,
  className,
  type = 'button',
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & Look & { icon: IconName; label: string }) {
  return (
    <button {...rest} type={type} className={classesOf({ look, size }, true, className)} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  )
}

/** A link that looks like a button, for actions that are places. Outside addresses open in place, as links do. */
export function LinkButton({ look, size, icon, className, children, ...rest }: ComponentProps<typeof Link> & Look) {
  return (
    <Link {...rest} className={classesOf({ look, size }, false, className)}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </Link>
  )
}

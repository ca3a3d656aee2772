'use client'

import { Button } from '#components/ui/button.tsx'
import { count } from '#components/ui/format.ts'
import { Menu, MenuItem, MenuLabel } from '#components/ui/menu.tsx'
import { lookOf } from '#components/ui/states.ts'
import type { ResourceFacets } from '#lib/inventory/contract.ts'
import type { FilterName } from './resource-filter.ts'
import styles from './resource-list.module.css'

const shown = 60

/** One filter as a menu: its values with how many resources each would show, the chosen ones ticked. */
export function FacetMenu({
  name,
  title,
  facets,
  chosen,
  hrefOf,
}: {
  name: Exclude<FilterName, 'cluster'>
  title: string
  facets: ResourceFacets | undefined
  chosen: readonly string[]
  hrefOf: (value: string) => string
}) {
  const values = facets?.[name] ?? []
  const missing = chosen.filter((value) => !values.some((each) => each.value === value)).map((value) => ({ value, label: value, count: 0 }))
  const all = [...values, ...missing]
  return (
    <Menu
      align="start"
      label={title}
      trigger={(button) => (
        <Button {...button}>
          {title}
          {chosen.length > 0 ? ` (${chosen.length})` : ''} ▾
        </Button>
      )}
    >
      {all.length === 0 ? <MenuLabel>{facets ? 'Nothing to choose from' : 'Loading…'}</MenuLabel> : null}
      {all.slice(0, shown).map((value) => (
        <MenuItem
          key={value.value}
          href={hrefOf(value.value)}
          checked={chosen.includes(value.value)}
          icon={name === 'state' ? lookOf(value.value).icon : undefined}
        >
          <span className={styles.facet}>
            {name === 'state' ? lookOf(value.value).word : value.label} <span className={styles.number}>{count(value.count)}</span>
          </span>
        </MenuItem>
      ))}
      {all.length > shown ? <MenuLabel>{count(all.length - shown)} more: find them by text</MenuLabel> : null}
    </Menu>
  )
}

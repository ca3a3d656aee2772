/** Where one can go, and where one is: navigation entries and breadcrumbs, both from the address alone. */
import { kindOf } from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.tsx'

export interface Place {
  href: string
  title: string
  icon: IconName
  /** Only people of the platform team see it. */
  admin?: boolean
  /** What is counted beside its name. */
  counted?: 'basket' | 'break-glass'
  /** Left out of the bar at the bottom of a phone; the menu there has it. */
  wideOnly?: boolean
}

export const places: Place[] = [
  { href: '/', title: 'Home', icon: 'home' },
  { href: '/create', title: 'Create', icon: 'create' },
  { href: '/resources', title: 'Resources', icon: 'resources' },
  { href: '/import', title: 'Import', icon: 'import' },
  { href: '/proposals', title: 'Proposals', icon: 'proposals' },
  { href: '/basket', title: 'Basket', icon: 'basket', counted: 'basket' },
  { href: '/projects', title: 'Projects', icon: 'projects' },
  { href: '/break-glass', title: 'Break-glass', icon: 'breakGlass', counted: 'break-glass', wideOnly: true },
  { href: '/audit', title: 'Audit', icon: 'audit', wideOnly: true },
  { href: '/admin', title: 'Admin', icon: 'admin', admin: true },
]

/** Whether a page belongs to a place of the navigation. */
export const isAt = (place: string, path: string): boolean =>
  place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`)

export interface Crumb {
  title: string
  href?: string
}

const decode = (part: string) => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const pagesOfResource: Record<string, string> = { edit: 'Edit', clone: 'Clone', move: 'Rename or move' }

/** The breadcrumbs of an address. The last one is the page itself and has no link. */
export function crumbsOf(path: string): Crumb[] {
  const parts = path.split('/').filter((part) => part !== '')
  const names = parts.map(decode)
  const [area, first, second, third, fourth, fifth] = names
  if (area === undefined) return [{ title: 'Home' }]
  const here = places.find((place) => place.href === `/${area}`)
  const top: Crumb = { title: here?.title ?? area, href: `/${area}` }
  if (area === 'resources' && first && second && third && fourth) {
    const one = `/${parts.slice(0, 5).join('/')}`
    return [
      { title: second, href: `/projects/${parts[2]}?cluster=${parts[1]}` },
      { title: kindOf(third), href: `/resources?cluster=${parts[1]}&namespace=${parts[2]}&kind=${parts[3]}` },
      ...(fifth ? [{ title: fourth, href: one }, { title: pagesOfResource[fifth] ?? fifth }] : [{ title: fourth }]),
    ]
  }
  if (first === undefined) return [{ title: top.title }]
  if (area === 'create' && first === 'blueprint' && second) return [top, { title: second }]
  if (area === 'create') return [top, { title: kindOf(first) }]
  if (area === 'proposals') return [top, { title: 'Proposal' }]
  if (area === 'import') return [top, { title: 'One import' }]
  if (area === 'break-glass') return [top, { title: first === 'new' ? 'New session' : first === 'report' ? 'Trends' : 'Session' }]
  if (area === 'admin' && first === 'doctor') return [top, { title: 'Doctor' }]
  return [top, { title: first }]
}

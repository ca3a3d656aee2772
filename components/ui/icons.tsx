/** The few icons of the portal: 16 px strokes in the colour of the text, hidden from screen readers (words stand beside them). */
import type { ReactNode } from 'react'

const shapes = {
  home: <path d="M2.5 7.5 8 3l5.5 4.5V13a.5.5 0 0 1-.5.5H9.5v-4h-3v4H3a.5.5 0 0 1-.5-.5z" />,
  create: <path d="M8 3v10M3 8h10" />,
  resources: <path d="M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3" />,
  proposals: (
    <>
      <circle cx="4" cy="3.5" r="1.5" />
      <circle cx="4" cy="12.5" r="1.5" />
      <circle cx="12" cy="12.5" r="1.5" />
      <path d="M4 5v6M12 11V6.5A2 2 0 0 0 10 4.5H7.5M9 2.5 7 4.5l2 2" />
    </>
  ),
  projects: <path d="M2 4a1 1 0 0 1 1-1h3l1.5 2H13a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />,
  admin: <path d="M2.5 5h6M12 5h1.5M2.5 11h2M8 11h5.5M10.2 3.3v3.4M6.2 9.3v3.4" />,
  import: <path d="M8 2.5v7M5 6.8 8 9.8l3-3M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2" />,
  breakGlass: <path d="M2.5 2.5h11v11h-11zM8.5 2.5 6.6 6.4l3.4 2-2 5.1M10 8.4l3.5-1.6M6.6 6.4 2.5 8" />,
  audit: <path d="M4 2.5h8a.5.5 0 0 1 .5.5v10.5l-2-1.2-2 1.2-.5-.3-.5.3-2-1.2-2 1.2V3a.5.5 0 0 1 .5-.5zM6 5.5h4M6 8h4" />,
  basket: <path d="M2 6.5h12l-1.2 6.5H3.2zM5 6.5 7 2.5M11 6.5l-2-4M6.5 9v1.8M9.5 9v1.8" />,
  bucket: <path d="M2.5 4h11L12 13.5H4zM3 7h10" />,
  message: <path d="M2 3.5h12v8H7L4 14v-2.5H2zM5 6.5h6M5 8.8h4" />,
  database: (
    <>
      <ellipse cx="8" cy="3.8" rx="5" ry="1.8" />
      <path d="M3 3.8v8.4C3 13.2 5.2 14 8 14s5-.8 5-1.8V3.8M3 8c0 1 2.2 1.8 5 1.8S13 9 13 8" />
    </>
  ),
  table: <path d="M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M6.5 6.5V13" />,
  person: (
    <>
      <circle cx="8" cy="5.3" r="2.8" />
      <path d="M2.8 13.5c.5-2.8 2.6-4.2 5.2-4.2s4.7 1.4 5.2 4.2" />
    </>
  ),
  memory: <path d="M4 4h8v8H4zM6 2v2M10 2v2M6 12v2M10 12v2M2 6h2M2 10h2M12 6h2M12 10h2" />,
  network: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M2.3 8h11.4M8 2.2c-3.2 3.4-3.2 8.2 0 11.6M8 2.2c3.2 3.4 3.2 8.2 0 11.6" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.4" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3 8.5 3.2 3.2L13 5" />,
  ready: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="m5.5 8.2 1.8 1.8 3.2-3.7" />
    </>
  ),
  progressing: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.8V8l2.2 1.5" />
    </>
  ),
  failed: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="m6 6 4 4M10 6l-4 4" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.4 6.3c.2-1 .9-1.5 1.7-1.5 1 0 1.7.6 1.7 1.5 0 1.2-1.7 1.3-1.7 2.5M8 11h.01" />
    </>
  ),
  paused: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.5 6v4M9.5 6v4" />
    </>
  ),
  deleting: <path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.2 4.5l.6 8.5h6.4l.6-8.5" />,
  warning: <path d="M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3h.01" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 7.5V11M8 5.2h.01" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  down: <path d="m4 6 4 4 4-4" />,
  right: <path d="m6 4 4 4-4 4" />,
  left: <path d="m10 4-4 4 4 4" />,
  sort: <path d="m5 6.5 3-3 3 3M5 9.5l3 3 3-3" />,
  ascending: <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />,
  descending: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  external: <path d="M9.5 3H13v3.5M13 3 7.5 8.5M11 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h2.5" />,
  edit: <path d="m3 13 .6-2.8L10.5 3.3l2.2 2.2L5.8 12.4z" />,
  commit: (
    <>
      <circle cx="8" cy="8" r="2.5" />
      <path d="M1.5 8h4M10.5 8h4" />
    </>
  ),
  condition: <path d="M1.5 8.5h3l2-5 3 9 2-4h3" />,
  draft: <path d="M4 2.5h5l3 3V13a.5.5 0 0 1-.5.5h-7A.5.5 0 0 1 4 13zM9 2.5v3h3M6 8.5h4M6 11h3" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1" />
    </>
  ),
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />,
  screen: <path d="M2 3.5h12v7.5H2zM6 13.5h4M8 11v2.5" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof shapes

/** One icon. `size` in pixels; 16 is the drawn size. */
export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string | undefined }) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  )
}

/** The mark of Corbel: a bracket stone that carries what stands on it. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#3b5bdb" />
      <path d="M7 8h18v4.5h-4.5c0 6.5-4.5 11.5-11 11.5H7z" fill="#fff" />
    </svg>
  )
}

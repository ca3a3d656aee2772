import { type RefObject, type UIEvent, useCallback, useEffect, useRef, useState } from 'react'
import { rowWindow } from './row-window.ts'

/** Which of many rows of one height are in view in a region that scrolls. `viewport`: its height until it is measured; `head`: what a sticky head covers of it, all in pixels. */
export function useRowWindow({
  height,
  total,
  viewport: atFirst,
  head = 0,
}: {
  height: number
  total: number
  viewport: number
  head?: number
}): {
  region: RefObject<HTMLElement | null>
  first: number
  end: number
  onScroll: (event: UIEvent<HTMLElement>) => void
  /** Scrolls a row into view. */
  show: (index: number) => void
} {
  const region = useRef<HTMLElement>(null)
  const [scrolled, setScrolled] = useState(0)
  const [viewport, setViewport] = useState(atFirst)
  useEffect(() => {
    const element = region.current
    if (!element) return
    const watch = new ResizeObserver(() => setViewport(element.clientHeight))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  const show = useCallback(
    (index: number) => {
      const element = region.current
      if (!element) return
      const top = index * height
      const room = element.clientHeight - head
      if (top < element.scrollTop) element.scrollTop = top
      else if (top + height > element.scrollTop + room) element.scrollTop = top + height - room
    },
    [height, head],
  )
  return { region, ...rowWindow(scrolled, viewport, height, total), onScroll: (event) => setScrolled(event.currentTarget.scrollTop), show }
}

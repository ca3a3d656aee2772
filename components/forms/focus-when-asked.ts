import { useEffect } from 'react'
import { pathKey } from '#components/create/manifest-store.ts'
import type { FormView } from '#components/forms/form-view.ts'

/** Scrolls to a field somebody asked for and puts the focus into its first control; where it has no place of its own, into what it stands in. */
export function useFocusWhenAsked(view: FormView): void {
  useEffect(() => {
    let done = 0
    let frame = 0
    let letGo = () => {}
    const look = () => {
      const request = view.request()
      if (!request || request.at === done) return
      done = request.at
      cancelAnimationFrame(frame)
      // sections that open for it are drawn by then
      frame = requestAnimationFrame(() => {
        for (let length = request.path.length; length > 0; length -= 1) {
          const place = document.querySelector(`[data-field="${CSS.escape(pathKey(request.path.slice(0, length)))}"]`)
          if (!place) continue
          letGo()
          letGo = holdInView(place)
          const first = place.querySelector<HTMLElement>('input, select, textarea, button[data-first]')
          const group = first?.closest('[role="radiogroup"]')
          const control = group?.querySelector<HTMLElement>('input:checked') ?? first
          control?.focus({ preventScroll: true })
          return
        }
      })
    }
    look()
    const stop = view.subscribe(look)
    return () => {
      stop()
      cancelAnimationFrame(frame)
      letGo()
    }
  }, [view])
}

/** How long a page may still grow above a field that was asked for, in milliseconds. */
const settlingTime = 3000
const handsOn = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/**
 * Scrolls to an element and stays there while what loads late (hints, notices) moves it, until somebody takes over or the page
 * has had its time. What it gives ends it at once.
 */
function holdInView(place: Element): () => void {
  const scroll = () => place.scrollIntoView({ block: 'center' })
  const grown = new ResizeObserver(scroll)
  const stop = () => {
    grown.disconnect()
    clearTimeout(timer)
    for (const name of handsOn) window.removeEventListener(name, stop)
  }
  const timer = setTimeout(stop, settlingTime)
  scroll()
  grown.observe(document.body)
  const form = place.closest('form')
  if (form) grown.observe(form)
  for (const name of handsOn) window.addEventListener(name, stop, { passive: true })
  return stop
}

import { useEffect } from 'react'
import { pathKey } from '#components/create/manifest-store.ts'
import type { FormView } from '#components/forms/form-view.ts'

/** Scrolls to a field somebody asked for and puts the focus into its first control; where it has no place of its own, into what it stands in. */
export function useFocusWhenAsked(view: FormView): void {
  useEffect(() => {
    let done = 0
    let frame = 0
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
          place.scrollIntoView({ block: 'center' })
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
    }
  }, [view])
}

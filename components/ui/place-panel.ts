/** Where a panel of a given size goes: under its button, kept inside the window, above it when there is no room below. */
export function placePanel(
  button: { left: number; right: number; top: number; bottom: number },
  panel: { width: number; height: number },
  view: { width: number; height: number },
  align: 'start' | 'end',
): { left: number; top: number } {
  const gap = 4
  const margin = 8
  const wished = align === 'start' ? button.left : button.right - panel.width
  const left = Math.max(margin, Math.min(wished, view.width - panel.width - margin))
  const below = button.bottom + gap
  const fits = below + panel.height <= view.height - margin
  const top = fits ? below : Math.max(margin, button.top - gap - panel.height)
  return { left, top }
}

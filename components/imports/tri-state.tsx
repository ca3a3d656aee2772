import { useEffect, useRef } from 'react'

/** A checkbox that may stand half way: some of what it speaks of. */
export function TriState({
  checked,
  some = false,
  label,
  disabled,
  onChange,
}: {
  checked: boolean
  some?: boolean
  label: string
  disabled?: boolean
  onChange: (checked: boolean) => void
}) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !checked
  }, [some, checked])
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label={label}
      title={label}
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.target.checked)}
    />
  )
}

import { useEffect, useState } from 'react'

/** A text as it was when nobody had typed for a moment: what is asked of the server changes with it, not with every key. */
export function useSettled(text: string, milliseconds: number): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), milliseconds)
    return () => clearTimeout(timer)
  }, [text, milliseconds])
  return settled
}

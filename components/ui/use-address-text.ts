import { useEffect, useRef, useState } from 'react'
import { onFollowedLink } from './followed-link.ts'
import { TextsOnTheirWay } from './texts-on-their-way.ts'

/**
 * A text in a field that also stands in the address: what is typed is there at once, and is sent into the address `after` milliseconds
 * without a key. The address follows as late as the server answers, and takes away nothing that was typed meanwhile.
 */
export function useAddressText({
  address,
  rest = '',
  after,
  send,
}: {
  address: string
  /** What else the address says: a link that changes it goes first, and a text that waits follows. */
  rest?: string
  after: number
  send: (text: string) => void
}): [string, (text: string) => void] {
  const [typed, setTyped] = useState(address)
  const [onTheirWay] = useState(() => new TextsOnTheirWay(address))
  const latest = useRef(send)
  useEffect(() => {
    latest.current = send
  })
  useEffect(() => {
    if (onTheirWay.arrive(address)) setTyped(address)
  }, [onTheirWay, address])
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another `rest` the wait begins anew
  useEffect(() => {
    const timer = setTimeout(() => {
      const text = typed.trim()
      if (onTheirWay.send(text)) latest.current(text)
    }, after)
    const stopListening = onFollowedLink(() => clearTimeout(timer))
    return () => {
      clearTimeout(timer)
      stopListening()
    }
  }, [onTheirWay, typed, after, rest])
  return [typed, setTyped]
}

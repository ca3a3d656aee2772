'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { breakGlassApi, breakGlassPages } from '#components/break-glass/break-glass-paths.ts'
import { breakGlassQueries } from '#components/break-glass/break-glass-queries.ts'
import { SessionMarks } from '#components/break-glass/session-mark.tsx'
import { Banner } from '#components/ui/notices.tsx'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Above the entries of a break-glass session: what it was, and its evidence. Nothing for other targets. */
export function SessionPanel({ subject }: { subject: string }) {
  const { data: session } = useQuery({ ...breakGlassQueries.session(subject), enabled: uuid.test(subject), retry: false })
  if (!session) return null
  return (
    <Banner tone="blue">
      <SessionMarks session={session} /> <Link href={breakGlassPages.session(session.id)}>Break-glass session</Link> of{' '}
      {session.requestedBy.name} for {session.kind.split('.')[0]} {session.name} in {session.namespace}: “{session.reason}”
      {session.ticket ? ` (${session.ticket.text})` : ''}. <a href={breakGlassApi.evidence(session.id)}>Download its evidence bundle</a>:
      these entries, the hashes of everything between them and a signed checkpoint, which <code>corbel audit verify --bundle</code> proves
      on any machine.
    </Banner>
  )
}

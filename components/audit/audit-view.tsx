'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Menu, MenuItem } from '#components/ui/menu.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { AuditExport, AuditRow } from '#lib/audit/contract.ts'
import styles from './audit.module.css'
import { type AuditAddress, auditFilter, auditPath, auditQuery, isCut, noFilter, readAuditAddress } from './audit-filter.ts'
import { AuditFilterBar } from './audit-filter-bar.tsx'
import { auditQueries, exportPath } from './audit-queries.ts'
import { AuditNotices, VerificationBadge } from './audit-status.tsx'
import { AuditTable } from './audit-table.tsx'
import { EntryDialog } from './entry-dialog.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { SessionPanel } from './session-panel.tsx'

/** Who did what and when, in a chain that cannot be changed afterwards. The address holds the whole view. */
export function AuditView() {
  const address = readAuditAddress(useSearchParams())
  const list = useQuery(auditQueries.list(auditQuery(address)))
  const status = useQuery(auditQueries.status())
  const [shown, setShown] = useState<AuditRow | null>(null)
  const [proof, setProof] = useState(false)
  const page = list.data
  return (
    <div className={styles.layout}>
      <PageHeader
        title="Audit"
        state={<VerificationBadge status={status.data} failed={status.isError} />}
        actions={
          <>
            <Button onClick={() => setProof(true)} disabled={!status.data}>
              Proof…
            </Button>
            <ExportMenu address={address} />
          </>
        }
      >
        {status.data && !status.data.all
          ? 'What you did in Corbel. The acts of other people are seen by auditors and the platform team.'
          : 'Who did what and when, refusals included. Nothing here can be changed or removed without being noticed.'}
      </PageHeader>
      <AuditNotices status={status.data} onShow={setShown} />
      <SessionPanel subject={address.subject} />
      <AuditFilterBar address={address} all={status.data?.all ?? false} />
      {!page ? (
        list.isError ? (
          <ErrorState error={list.error} what="the audit log" retry={() => void list.refetch()} />
        ) : (
          <Skeleton rows={12} label="Loading the audit log" />
        )
      ) : (
        <>
          {list.isError ? <Banner tone="amber">{list.error.message} What you see is the last answer.</Banner> : null}
          {page.items.length === 0 ? (
            <Nothing address={address} />
          ) : (
            <div aria-busy={list.isPlaceholderData} className={list.isPlaceholderData ? styles.waiting : undefined}>
              <AuditTable rows={page.items} all={status.data?.all ?? false} onShow={setShown} />
            </div>
          )}
          <div className={styles.pages}>
            {address.pages.length > 0 ? (
              <LinkButton size="small" icon="left" href={auditPath({ ...address, pages: address.pages.slice(0, -1) })}>
                Newer
              </LinkButton>
            ) : null}
            {page.nextCursor ? (
              <LinkButton size="small" href={auditPath({ ...address, pages: [...address.pages, page.nextCursor] })}>
                Older
              </LinkButton>
            ) : null}
          </div>
        </>
      )}
      <EntryDialog row={shown} onClose={() => setShown(null)} />
      {status.data ? <ProofDialog open={proof} onClose={() => setProof(false)} status={status.data} /> : null}
    </div>
  )
}

function ExportMenu({ address }: { address: AuditAddress }) {
  const take = (format: AuditExport['format']) => {
    const link = document.createElement('a')
    link.href = exportPath(auditFilter(address), format)
    link.download = ''
    link.click()
  }
  return (
    <Menu label="Export" trigger={(button) => <Button {...button}>Export ▾</Button>}>
      <MenuItem onSelect={() => take('jsonl')}>{isCut(address) ? 'JSON lines of this filter' : 'JSON lines, verifiable'}</MenuItem>
      <MenuItem onSelect={() => take('csv')}>CSV for spreadsheets</MenuItem>
      <MenuItem onSelect={() => take('ocsf')}>OCSF events for a SIEM</MenuItem>
    </Menu>
  )
}

function Nothing({ address }: { address: AuditAddress }) {
  if (isCut(address) || address.pages.length > 0)
    return (
      <EmptyState title="No entry here" icon="search" action={<LinkButton href={auditPath(noFilter)}>Show everything</LinkButton>}>
        No entry fits every condition. Names of people, projects and targets must be exact.
      </EmptyState>
    )
  return (
    <EmptyState title="Nothing has been recorded yet" icon="audit">
      Proposals, sign-ins and refusals appear here as they happen.
    </EmptyState>
  )
}

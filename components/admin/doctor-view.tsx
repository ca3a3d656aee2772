'use client'

import { queryOptions, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { queryText } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { DoctorReport, Finding, Severity } from '#lib/doctor/contract.ts'
import { AdminTabs } from './admin-tabs.tsx'
import styles from './doctor.module.css'
import { DoctorFinding, severityLooks } from './doctor-finding.tsx'

const severities: readonly Severity[] = ['critical', 'warning', 'note']

/** A look at a cluster with the person's own token; kept for the time of a visit, made anew on request. */
const doctorQuery = (cluster: string) =>
  queryOptions({
    queryKey: ['doctor', cluster] as const,
    queryFn: ({ signal }) => fetchJson<DoctorReport>(`/api/v1/doctor/${encodeURIComponent(cluster)}`, { signal }),
    staleTime: 60_000,
  })

/** For the platform team: who else could do break-glass on a cluster, why, and the command that takes it away. */
export function DoctorView() {
  const address = useSearchParams()
  const me = useQuery(queries.me())
  if (!me.data)
    return me.isError ? (
      <ErrorState page error={me.error} what="the clusters" retry={() => void me.refetch()} />
    ) : (
      <Skeleton lines={2} rows={6} label="Loading the clusters" />
    )
  if (!me.data.admin)
    return (
      <EmptyState page title="This page is for the platform team" icon="admin">
        It shows who could change resources past break-glass. Ask the people who run this portal if you need it.
      </EmptyState>
    )
  const names = me.data.clusters.map(({ name }) => name)
  const cluster = names.find((name) => name === address.get('cluster')) ?? names[0]
  if (cluster === undefined)
    return (
      <EmptyState page title="No cluster is configured" icon="admin">
        Name one in CORBEL_CLUSTERS.
      </EmptyState>
    )
  return (
    <OneCluster
      key={cluster}
      cluster={cluster}
      clusters={names}
      chosen={severities.find((severity) => severity === address.get('severity')) ?? null}
    />
  )
}

function OneCluster({ cluster, clusters, chosen }: { cluster: string; clusters: string[]; chosen: Severity | null }) {
  const look = useQuery(doctorQuery(cluster))
  const report = look.data
  const several = clusters.length > 1
  const path = (query: { cluster?: string | undefined; severity?: Severity | undefined }) =>
    `/admin/doctor${queryText({ cluster: several ? cluster : undefined, ...query })}`
  return (
    <div className={styles.layout}>
      <div>
        <PageHeader
          title="Doctor"
          asOf={report?.checkedAt}
          actions={
            <Button busy={look.isFetching} onClick={() => void look.refetch()}>
              Look again
            </Button>
          }
        >
          Who else could do break-glass, or get past it. Read with your own rights; nothing is changed.
        </PageHeader>
        <AdminTabs />
      </div>
      {several ? (
        <Tabs label="Cluster" tabs={clusters.map((name) => ({ href: path({ cluster: name }), title: name, current: name === cluster }))} />
      ) : null}
      {!report ? (
        look.isError ? (
          <ErrorState error={look.error} what={`cluster ${cluster}`} retry={() => void look.refetch()} />
        ) : (
          <Skeleton lines={1} rows={6} label={`Looking at cluster ${cluster}`} />
        )
      ) : (
        <>
          {look.isError ? <Banner tone="amber">{look.error.message} What you see is the last answer.</Banner> : null}
          <Verdict report={report} />
          {report.findings.length > 0 ? <Findings report={report} chosen={chosen} path={(severity) => path({ severity })} /> : null}
          <Beyond report={report} />
        </>
      )}
    </div>
  )
}

const above = ({ findings }: DoctorReport): Finding[] => findings.filter(({ severity }) => severity !== 'note')

/** The answer in one line. What could not be read is never passed over: then "nothing found" is not "nobody". */
function Verdict({ report }: { report: DoctorReport }) {
  const found = above(report)
  const missing = report.gaps.filter(({ expected }) => !expected)
  const critical = found.filter(({ severity }) => severity === 'critical').length
  const warnings = found.length - critical
  const time = new Date(report.checkedAt).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false })
  if (found.length > 0)
    return (
      <Banner tone={critical > 0 ? 'red' : 'amber'}>
        {[...(critical > 0 ? [`${critical} critical`] : []), ...(warnings > 0 ? [counted(warnings, 'warning')] : [])].join(' and ')} on
        cluster {report.cluster}, checked at {time}.
      </Banner>
    )
  if (missing.length > 0)
    return (
      <Banner tone="amber">
        Nothing was found, but {counted(missing.length, 'list')} could not be read: nobody can say yet that there is nothing.
      </Banner>
    )
  const notes = report.findings.length
  // a note may name a right to change things, so that "nobody" would be too much said beside one
  return (
    <Banner tone="green">
      {notes === 0
        ? `Nobody else can do break-glass on cluster ${report.cluster}, checked at ${time}.`
        : `No finding that must be mended on cluster ${report.cluster}, checked at ${time}; ${counted(notes, 'note')} below.`}
    </Banner>
  )
}

function Findings({ report, chosen, path }: { report: DoctorReport; chosen: Severity | null; path: (severity?: Severity) => string }) {
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const fitting = report.findings.filter(
    (finding) =>
      wanted === '' || [finding.title, finding.namespace, finding.through, ...finding.powers].join(' ').toLowerCase().includes(wanted),
  )
  const shown = severities
    .filter((severity) => chosen === null || chosen === severity)
    .map((severity) => ({ severity, findings: fitting.filter((finding) => finding.severity === severity) }))
    .filter(({ findings }) => findings.length > 0)
  return (
    <>
      <div className={styles.filter}>
        <Tabs
          label="Severity"
          tabs={[
            { href: path(), title: 'All', current: chosen === null, count: fitting.length },
            ...severities.map((severity) => ({
              href: path(severity),
              title: severityLooks[severity].title,
              current: chosen === severity,
              count: fitting.filter((finding) => finding.severity === severity).length,
            })),
          ]}
        />
        <TextField
          label="Filter findings"
          hideLabel
          type="search"
          placeholder="Person, project or role"
          value={text}
          onChange={setText}
          className={styles.search}
        />
      </div>
      {shown.length === 0 ? (
        <EmptyState title="No finding here" icon="search">
          {wanted === '' ? 'None of this severity.' : 'No finding of this severity fits the filter.'}
        </EmptyState>
      ) : null}
      {shown.map(({ severity, findings }) => (
        <Section key={severity} title={severityLooks[severity].title}>
          <ul className={styles.findings}>
            {findings.map((finding) => (
              <DoctorFinding key={finding.id} finding={finding} />
            ))}
          </ul>
        </Section>
      ))}
    </>
  )
}

/** What was not looked at, and what cannot be. */
function Beyond({ report }: { report: DoctorReport }) {
  const { looked, version, mode } = report
  return (
    <>
      {report.gaps.length > 0 ? (
        <Section title="Not looked at">
          <ul className={styles.plain}>
            {report.gaps.map(({ what, message }) => (
              <li key={what}>{message}</li>
            ))}
          </ul>
          {report.advice ? <p>{report.advice}</p> : null}
        </Section>
      ) : null}
      <Section title="What no API tells">
        <ul className={styles.plain}>
          {report.limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
      </Section>
      <p className={styles.looked}>
        Looked at {counted(looked.bindings, 'binding')} of {counted(looked.subjects, 'subject')} and {counted(looked.projects, 'project')}.
        {version ? ` Kubernetes ${version}` : ''}
        {mode ? `, ${mode} impersonation.` : ''}
      </p>
    </>
  )
}

'use client'

import { useQuery } from '@tanstack/react-query'
import { LinkButton } from '#components/ui/button.tsx'
import { count, kindOf } from '#components/ui/format.ts'
import { EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TrendReport } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'

const share = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`)

/** How often break-glass is needed, and whether it comes back to Git: numbers, weeks, teams and kinds. */
export function ReportView() {
  const report = useQuery(breakGlassQueries.report())
  const back = <LinkButton href={breakGlassPages.list}>All sessions</LinkButton>
  if (!report.data)
    return report.isError ? (
      <ErrorState page error={report.error} what="the report" retry={() => void report.refetch()}>
        {back}
      </ErrorState>
    ) : (
      <Skeleton lines={2} rows={8} label="Loading the report" />
    )
  const { data } = report
  return (
    <div className={styles.layout}>
      <PageHeader title="Break-glass trends" actions={back}>
        Less is better: each session is a change that the usual way was too slow for.
      </PageHeader>
      {data.sessions === 0 && data.weeks.every(({ drills }) => drills === 0) ? (
        <EmptyState title="No session to count yet" icon="breakGlass" action={back}>
          The numbers appear with the first session you may read.
        </EmptyState>
      ) : (
        <>
          <Numbers report={data} />
          <Section title="By week">
            <Weeks weeks={lastWeeks(data.weeks)} />
          </Section>
          <div className={styles.two}>
            <Ranking title="By team" rows={data.byTeam.map(({ team, sessions }) => ({ name: team ?? 'no team', sessions }))} />
            <Ranking title="By kind" rows={data.byKind.map(({ kind, sessions }) => ({ name: kindOf(kind), sessions }))} />
          </div>
        </>
      )}
    </div>
  )
}

function Numbers({ report }: { report: TrendReport }) {
  const figures = [
    { value: count(report.sessions), words: 'sessions, without practice' },
    { value: report.meanMinutesOpen === null ? '–' : `${Math.round(report.meanMinutesOpen)} min`, words: 'open on average' },
    { value: share(report.mergedWithinDayShare), words: 'of changes merged into Git within a day' },
    { value: share(report.undoneShare), words: 'of changes undone' },
    { value: count(report.overdueReviews), words: report.overdueReviews === 1 ? 'review overdue' : 'reviews overdue' },
  ]
  return (
    <ul className={styles.numbers} aria-label="Numbers">
      {figures.map(({ value, words }) => (
        <li key={words} className={styles.figure}>
          <strong>{value}</strong>
          <span className={styles.muted}>{words}</span>
        </li>
      ))}
    </ul>
  )
}

const mostWeeks = 26

/** The newest first, back to the first week in which anything happened. */
function lastWeeks(weeks: TrendReport['weeks']): TrendReport['weeks'] {
  const first = weeks.findIndex(({ sessions, drills }) => sessions + drills > 0)
  return weeks.slice(Math.max(0, first)).toReversed().slice(0, mostWeeks)
}

/** A part of a bar: the style knows its colours by name, and a width is the only thing set here. */
const part = (name: 'applied' | 'drill', value: number, most: number) =>
  value > 0 ? <span key={name} data-part={name} style={{ width: `${(100 * value) / most}%` }} /> : null

function Weeks({ weeks }: { weeks: TrendReport['weeks'] }) {
  const most = Math.max(1, ...weeks.map(({ sessions, drills }) => sessions + drills))
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={styles.changes} tabIndex={0} aria-label="Weeks">
        <table className={styles.weeks}>
          <caption className="visually-hidden">Sessions by week</caption>
          <thead>
            <tr>
              <th scope="col">Week of</th>
              <th scope="col" className={styles.num}>
                Sessions
              </th>
              <th scope="col" className={styles.num}>
                Changes applied
              </th>
              <th scope="col" className={styles.num}>
                Undone
              </th>
              <th scope="col" className={styles.num}>
                Practice
              </th>
              <th scope="col">
                <span className="visually-hidden">As bars</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {weeks.map(({ week, sessions, drills, applied, undone }) => (
              <tr key={week}>
                <td>{week}</td>
                <td className={styles.num}>{count(sessions)}</td>
                <td className={styles.num}>{count(applied)}</td>
                <td className={styles.num}>{count(undone)}</td>
                <td className={styles.num}>{count(drills)}</td>
                <td className={styles.barCell}>
                  <div className={styles.barLine} aria-hidden="true">
                    {part('applied', sessions, most)}
                    {part('drill', drills, most)}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={styles.legend} aria-hidden="true">
        <span>
          <span className={styles.barLine}>{part('applied', 1, 1)}</span> sessions
        </span>
        <span>
          <span className={styles.barLine}>{part('drill', 1, 1)}</span> practice
        </span>
      </p>
    </>
  )
}

function Ranking({ title, rows }: { title: string; rows: readonly { name: string; sessions: number }[] }) {
  const most = Math.max(1, ...rows.map(({ sessions }) => sessions))
  return (
    <Section title={title}>
      <div className={styles.changes}>
        <table>
          <caption className="visually-hidden">Sessions {title.toLowerCase()}</caption>
          <thead>
            <tr>
              <th scope="col">{title.slice(3).replace(/^./, (letter) => letter.toUpperCase())}</th>
              <th scope="col">Sessions</th>
              <th scope="col">
                <span className="visually-hidden">As bars</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, sessions }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{count(sessions)}</td>
                <td className={styles.barCell}>
                  <div className={styles.barLine} aria-hidden="true">
                    {part('applied', sessions, most)}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

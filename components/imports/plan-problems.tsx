import Link from 'next/link'
import { Button } from '#components/ui/button.tsx'
import { counted } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { ImportPlan } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { assetNameWord } from './import-words.ts'
import styles from './pull-requests.module.css'
import { useChoice } from './use-choice.ts'

/** What was chosen and cannot go into a pull request, and why. */
export function PlanProblems({ run, problems }: { run: string; problems: ImportPlan['problems'] }) {
  const { choose, busy } = useChoice(run)
  if (problems.length === 0) return null
  const needs = [...new Set(problems.flatMap(({ needs }) => needs))]
  return (
    <Banner tone="amber">
      <details className={styles.fold} open={problems.length <= 5}>
        <summary>{counted(problems.length, 'chosen resource')} cannot go into a pull request yet</summary>
        <ul>
          {problems.slice(0, 200).map((problem) => (
            <li key={`${problem.row}${problem.message}`}>
              <Link href={importPages.run(run, 'review', { row: problem.row })} title={problem.name}>
                {assetNameWord(problem.name)}
              </Link>
              : {problem.message}
            </li>
          ))}
        </ul>
      </details>
      {needs.length > 0 && (
        <Button size="small" busy={busy} onClick={() => void choose({ chosen: true, rows: needs })}>
          Choose what they refer to as well ({needs.length})
        </Button>
      )}
    </Banner>
  )
}

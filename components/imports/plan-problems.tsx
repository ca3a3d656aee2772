import Link from 'next/link'
import { counted } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { ImportPlan } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { assetNameWord } from './import-words.ts'
import styles from './pull-requests.module.css'

/** What was chosen and cannot go into a pull request, and why. */
export function PlanProblems({ run, problems }: { run: string; problems: ImportPlan['problems'] }) {
  if (problems.length === 0) return null
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
    </Banner>
  )
}

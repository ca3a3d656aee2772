import { fieldPath } from '#components/ui/format.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'

/** Why the API server refuses a manifest, with the fields it names; `children`: what follows from it. */
export function DryRunProblems({
  dryRun: { message, fields },
  children,
}: {
  dryRun: { message: string | null; fields: DryRunResult['fields'] }
  children?: React.ReactNode
}) {
  return (
    <>
      The API server refuses this: {message ?? 'it gave no reason.'} {children}
      {fields.length > 0 ? (
        <ul>
          {fields.map(({ path, message: said }) => (
            <li key={`${JSON.stringify(path)}${said}`}>
              <code>{fieldPath(path)}</code>: {said}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  )
}

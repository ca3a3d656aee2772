import type { ApiProblem } from '#components/data/api-problem.ts'
import { signInPath } from '#components/data/fetch-json.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'

/** Why an act was refused, in the server's sentence, with the fields it names. An ended login leads to the sign-in and back here. */
export function ActProblem({ problem }: { problem: ApiProblem | null }) {
  if (!problem) return null
  return (
    <Banner
      tone="red"
      action={
        problem.code === 'unauthenticated' ? (
          <LinkButton size="small" prefetch={false} href={signInPath(window.location.pathname + window.location.search)}>
            Sign in again
          </LinkButton>
        ) : null
      }
    >
      {problem.detail}
      {problem.fields.length > 0 ? (
        <ul>
          {problem.fields.map(({ path, message }) => (
            <li key={`${JSON.stringify(path)}${message}`}>
              {path.length > 0 ? <code>{fieldPath(path)}</code> : null} {message}
            </li>
          ))}
        </ul>
      ) : null}
    </Banner>
  )
}

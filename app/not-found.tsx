import { LinkButton } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/notices.tsx'

export default function NotFound() {
  return (
    <main>
      <EmptyState
        page
        title="There is nothing at this address"
        icon="unknown"
        action={<LinkButton href="/">Go to the home page</LinkButton>}
      >
        The link may be old, or part of it is missing.
      </EmptyState>
    </main>
  )
}

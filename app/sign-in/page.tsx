import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PortalAway } from '#components/shell/portal-away.tsx'
import { Button } from '#components/ui/button.tsx'
import { Mark } from '#components/ui/icons.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { config } from '#lib/config/config.ts'
import { safeReturnTo } from '#lib/identity/sign-in.ts'
import { currentVisitor } from '../session.ts'
import styles from './sign-in.module.css'

export const metadata: Metadata = { title: 'Sign in' }

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)

// The words of next-auth, which answers with a code only.
const problems: Record<string, string> = {
  OAuthSignin:
    'The identity provider does not answer, so nobody can sign in now. Try again in a minute; if it stays, tell the people who run this portal.',
  OAuthCallback: 'The identity provider refused the sign-in, or it took too long. Try again.',
  Callback: 'The sign-in could not be finished. Try again; if it stays, tell the people who run this portal.',
  AccessDenied: 'The identity provider knows you but does not let you use this portal. Ask your platform team for access.',
  SessionRequired: 'Your login has ended. Sign in again; drafts are kept.',
}

/** The one page without a login. Signing in is a posted form, so it works without script and is never started by a link. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const query = await searchParams
  const returnTo = safeReturnTo(one(query.returnTo))
  const { actor, away } = await currentVisitor()
  if (away !== null) return <PortalAway problem={away} />
  if (actor) redirect(returnTo)
  const failed = one(query.error)
  const problem = failed ? (problems[failed] ?? 'Signing in did not work. Try again.') : null
  const { demo } = config()
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Mark size={40} />
        <h1>Sign in to Corbel</h1>
        <p className={styles.about}>Create and change cloud resources by form, reviewed as pull requests, and see what becomes of them.</p>
        {problem ? <Banner tone="red">{problem}</Banner> : null}
        {returnTo === '/' || problem ? null : <Banner>Sign in to go on where you were. Drafts are kept.</Banner>}
        <form method="post" action={`/api/v1/session/sign-in?returnTo=${encodeURIComponent(returnTo)}`}>
          <Button type="submit" look="primary" className={styles.button}>
            Sign in with your company account
          </Button>
        </form>
        {demo ? (
          <p className={styles.about}>
            This is a demo on this machine. The next page lists the people you can be; alice of team payments is a good start.
          </p>
        ) : null}
      </div>
    </main>
  )
}

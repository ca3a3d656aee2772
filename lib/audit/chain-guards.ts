/** Whether the database really keeps the portal's own account from changing the chain: what a doctor would look at. */
import type { Transaction } from '#lib/database/client.ts'

interface Rights {
  role: string
  superuser: boolean
  owner: string
  owns: boolean
  mayCreateRoles: boolean
  writes: boolean
  triggers: number
}

const wantedTriggers = 7

/** What weakens the guards, a sentence each with the next step; empty when the portal's account can only append and read. */
export async function guardProblems(transaction: Transaction): Promise<string[]> {
  const [rights] = await transaction.$queryRaw<Rights[]>`
    SELECT current_user::text AS "role", r.rolsuper AS "superuser", pg_get_userbyid(c.relowner)::text AS "owner",
      pg_has_role(current_user, c.relowner, 'MEMBER') OR pg_has_role(current_user, n.nspowner, 'MEMBER') AS "owns",
      r.rolcreaterole AND current_setting('server_version_num')::int < 160000 AS "mayCreateRoles",
      has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') AS "writes",
      (SELECT count(*)::int FROM pg_trigger t JOIN pg_class tc ON tc.oid = t.tgrelid
        WHERE tc.relnamespace = n.oid AND NOT t.tgisinternal AND t.tgenabled = 'A') AS "triggers"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.rolname = current_user
    WHERE n.nspname = 'corbel_audit' AND c.relname = 'entry'`
  return rights ? problemsOf(rights) : ['The table of the audit chain is missing. Restore the database from a backup.']
}

function problemsOf({ role, superuser, owner, owns, mayCreateRoles, writes, triggers }: Rights): string[] {
  const problems: string[] = []
  if (triggers < wantedTriggers)
    problems.push(`${wantedTriggers - triggers} of the ${wantedTriggers} triggers that keep entries from being changed are missing or off.`)
  if (superuser) problems.push(`The portal's database account "${role}" is a superuser, so it could take the guards of the chain away.`)
  else if (owns) problems.push(`The portal's database account "${role}" owns the audit chain (as "${owner}"), so it could drop its guards.`)
  else if (writes) problems.push(`The portal's database account "${role}" may write to the audit chain other than by appending.`)
  else if (mayCreateRoles)
    problems.push(`The portal's database account "${role}" may create roles, and on this PostgreSQL could join the owner of the chain.`)
  return problems
}

/** `corbel-image migrate`: brings the configured database to this version, before web and worker of it start. */
import { checkAtStart } from '#lib/config/check-at-start.ts'
import { config } from '#lib/config/config.ts'
import { MigrationProblem, migrate } from '#lib/database/migrate.ts'

checkAtStart()
try {
  const applied = await migrate(config().databaseUrl)
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
} catch (error) {
  console.error(
    error instanceof MigrationProblem ? error.message : `The database cannot be reached: ${error instanceof Error ? error.message : error}`,
  )
  process.exit(1)
}

/** The part `postgres`: runs the embedded PostgreSQL until it is told to stop, and ends when the server does. */
import { readOptions } from '#demo/supervisor/part-options.ts'
import { startPostgres } from './embedded.ts'

const options = readOptions<{ directory: string; port: number }>()
const postgres = await startPostgres({ ...options, log: (line) => console.log(line) })
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping = true
    void postgres.stop()
  })
}
console.log('ready')
await postgres.exited
process.exit(stopping ? 0 : 1)

/** The part `ci`: the simulated CI runner. */
import { readOptions } from '#demo/supervisor/part-options.ts'
import { type CiOptions, startCi } from './start.ts'

const { url } = await startCi(readOptions<CiOptions>())
console.log(`ready ${url}`)
process.on('SIGTERM', () => process.exit(0))

/** The simulated cloud as a part of the demo: options as JSON in CORBEL_PART_OPTIONS, `ready` on standard output. */
import { readOptions } from '#demo/supervisor/part-options.ts'
import { type CloudOptions, startCloud } from './start.ts'

const options = readOptions<CloudOptions>()
const cloud = await startCloud({ ...options, log: (text) => console.error(new Date().toISOString(), text) })
let leaving = false
const leave = async () => {
  if (leaving) return
  leaving = true
  await cloud.stop()
  process.exit(0)
}
process.on('SIGTERM', leave).on('SIGINT', leave)
process.stdin.on('end', leave).on('error', leave).resume()
console.log('ready')

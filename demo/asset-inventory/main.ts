/** The asset inventory stand-in as a part of the demo: options as JSON in CORBEL_PART_OPTIONS, `ready` on standard output. */
import { readOptions } from '#demo/supervisor/part-options.ts'
import { type InventoryOptions, startAssetInventory } from './start.ts'

const options = readOptions<InventoryOptions>()
const inventory = await startAssetInventory({ ...options, log: (text) => console.error(new Date().toISOString(), text) })
const leave = async () => {
  await inventory.close()
  process.exit(0)
}
process.on('SIGTERM', leave).on('SIGINT', leave)
process.stdin.on('end', leave).on('error', leave).resume()
console.log('ready')

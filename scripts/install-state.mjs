/** Whether node_modules is what package.json and the lock file ask for. Pure: start.mjs reads the files. */

/**
 * Why the install cannot be used, or undefined when it can.
 *
 * `installed` is npm's own record node_modules/.package-lock.json, which it writes last. Optional and peer packages of the
 * lock may be absent: they belong to other platforms. `ownRuntime` says that the user's Node serves, so that the packaged
 * one need not be there.
 */
export function staleness({ manifest, lock, installed, interrupted, ownRuntime, exists }) {
  if (interrupted) return 'the last install was interrupted'
  if (!installed) return 'node_modules is missing'
  if (!manifest || !lock) return 'package.json or package-lock.json cannot be read'
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'])
    if (!sameEntries(manifest[group], lock.packages?.['']?.[group])) return `${group} of package.json changed`
  for (const [path, wanted] of Object.entries(lock.packages)) {
    const have = installed.packages?.[path]
    if (path === '' || (!have && (wanted.optional || wanted.peer))) continue
    if (have?.version !== wanted.version || have?.integrity !== wanted.integrity) return `${path} is not at ${wanted.version}`
    if (!exists(path)) return `${path} is missing`
  }
  if (!ownRuntime && !exists('node_modules/.bin/node')) return 'Node 24 is missing from node_modules'
  return undefined
}

const sameEntries = (a = {}, b = {}) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())

/** What a part is told: JSON in the environment, written by the demo, read by the part's main.ts. */
const variable = 'CORBEL_PART_OPTIONS'

/** The environment that hands options to a part. */
export const withOptions = (options: object): Record<string, string> => ({ [variable]: JSON.stringify(options) })

/** A part's own options. They come from the demo of this same version, so their shape is taken as given. */
export function readOptions<T>(): T {
  const text = process.env[variable]
  if (!text) throw new Error(`${variable} is not set. Parts of the demo are started by npm run demo.`)
  return JSON.parse(text)
}

/** Which page a draft belongs to. */

/**
 * The page that opens a draft. Keys begin with what the draft is for: `create/<cluster>/<namespace>/<kind>`, with a name behind it where
 * it is of the basket, or `edit/<cluster>/<namespace>/<kind>/<name>`, each part as it stands in an address. Others open in the catalogue.
 */
export function draftPath(key: string): string {
  const [verb, cluster, namespace, kind, name] = key.split('/')
  if (verb === 'edit' && cluster && namespace && kind && name) return `/resources/${cluster}/${namespace}/${kind}/${name}/edit`
  if (verb === 'create' && cluster && kind)
    return `/create/${kind}?cluster=${cluster}${namespace ? `&namespace=${namespace}` : ''}${name ? `&basket=${name}` : ''}`
  return '/create'
}

/** Which page a draft belongs to. */

/**
 * The page that opens a draft. Keys begin with what the draft is for: `create/<cluster>/<namespace>/<kind>`, with a name behind it where
 * it is of the basket, `blueprint/<cluster>/<namespace>/<name of the blueprint>`,
 * `copy/<cluster>/<namespace>/<kind>/<namespace and name of what is copied>`,
 * or `edit/<cluster>/<namespace>/<kind>/<name>`, with a proposal behind it where it is a commit for that one, each part as it stands in an address. Others open in the catalogue.
 */
export function draftPath(key: string): string {
  const [verb, cluster, namespace, kind, name, onto] = key.split('/')
  if (verb === 'edit' && cluster && namespace && kind && name)
    return `/resources/${cluster}/${namespace}/${kind}/${name}/edit${onto ? `?onto=${onto}` : ''}`
  if (verb === 'copy' && cluster && namespace && kind && name && onto)
    return `/create/${kind}?cluster=${cluster}&namespace=${namespace}&copy=${name}%2F${onto}`
  if (verb === 'blueprint' && cluster && namespace && kind) return `/create/blueprint/${kind}?cluster=${cluster}&namespace=${namespace}`
  if (verb === 'create' && cluster && kind)
    return `/create/${kind}?cluster=${cluster}${namespace ? `&namespace=${namespace}` : ''}${name ? `&basket=${name}` : ''}`
  return '/create'
}

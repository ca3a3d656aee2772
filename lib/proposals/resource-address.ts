/** One resource of one cluster. */
export interface ResourceAddress {
  cluster: string
  namespace: string
  /** Kind.group */
  kind: string
  name: string
}

/** An address as the key of a map. */
export const addressOf = ({ cluster, namespace, kind, name }: ResourceAddress): string => JSON.stringify([cluster, namespace, kind, name])

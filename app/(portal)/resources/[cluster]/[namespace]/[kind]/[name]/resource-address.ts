import type { ResourceAddress } from '#components/data/query-keys.ts'

export interface ResourcePageProps {
  params: Promise<{ cluster: string; namespace: string; kind: string; name: string }>
}

/** The resource that the address of a page names. */
export async function addressOf({ params }: ResourcePageProps): Promise<ResourceAddress> {
  const { cluster, namespace, kind, name } = await params
  return {
    cluster: decodeURIComponent(cluster),
    namespace: decodeURIComponent(namespace),
    kind: decodeURIComponent(kind),
    name: decodeURIComponent(name),
  }
}

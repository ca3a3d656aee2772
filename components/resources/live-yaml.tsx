'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { queries } from '#components/data/queries.ts'
import { YamlEditor } from '#components/yaml/yaml-editor.tsx'

/** An object's YAML to read: with folding, search and what the schema says of each field. Follows the object as it changes. */
export function LiveYaml({ text, cluster, kind }: { text: string; cluster: string; kind: string }) {
  const [store] = useState(() => new ManifestStore(text))
  const known = useQuery(queries.kind(cluster, kind))
  useEffect(() => {
    if (store.state().text !== text) store.replace(text, 'outside')
  }, [store, text])
  return <YamlEditor store={store} {...(known.data ? { kind: known.data } : {})} readOnly label="The object as YAML" />
}

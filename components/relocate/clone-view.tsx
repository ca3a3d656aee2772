'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { WaitingFor } from '#components/create/page-gate.tsx'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { queryKeys, type ResourceAddress } from '#components/data/query-keys.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useSettled } from '#components/ui/use-settled.ts'
import type { Project } from '#lib/inventory/contract.ts'
import { isObject } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { relocateManifest } from '#lib/manifest/relocate-manifest.ts'
import { pathKey, type ReferenceChoice, soughtKey, soughtResources, type Whereabouts } from '#lib/manifest/relocate-references.ts'
import type { Draft } from '#lib/proposals/contract.ts'
import { nameProblem } from '#lib/schema/metadata-rules.ts'
import { copyDraftKey, keepNotes } from './copy-hand-over.ts'
import { PlaceFields } from './place-fields.tsx'
import styles from './relocate.module.css'
import { RelocationReport } from './relocation-report.tsx'
import { type RelocationSource, useLookups, useRelocationSource } from './use-relocation.ts'

/** The page that makes another resource out of this one: where to, and what becomes of its references. It ends in the create form. */
export function CloneView({ at }: { at: ResourceAddress }) {
  const { data, failed } = useRelocationSource(at)
  if (!data)
    return (
      <WaitingFor failed={failed} loading={`Loading ${at.name}`}>
        <LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>
      </WaitingFor>
    )
  // another text in Git is another beginning; an object in the cluster changes all the time, and takes away nothing that was typed
  return <Clone key={data.source?.blob} at={at} source={data} />
}

function Clone({ at, source }: { at: ResourceAddress; source: RelocationSource }) {
  const router = useRouter()
  const client = useQueryClient()
  const { kind, projects, text } = source
  const [name, setName] = useState(`${at.name}-copy`)
  const [project, setProject] = useState<Project>(
    source.project.canPropose ? source.project : (projects.find(({ canPropose }) => canPropose) ?? source.project),
  )
  const [choices, setChoices] = useState<ReadonlyMap<string, ReferenceChoice>>(new Map())
  const from: Whereabouts = { ...at, gcpProject: source.project.gcpProject }
  const to: Whereabouts = { cluster: project.cluster, namespace: project.namespace, name, gcpProject: project.gcpProject }
  const value = parseManifestFile(text).documents[0]?.value
  const settledName = useSettled(name, 300)
  const itself = { cluster: to.cluster, kinds: [kind.kind], namespace: to.namespace, name: settledName }
  const { lookups, ready } = useLookups([...soughtResources(kind, isObject(value) ? value : {}, from, to), itself], source.kinds)
  const relocated = relocateManifest({ text, kind, purpose: 'copy', from, to, live: source.source === undefined, lookups, choices })
  const taken = lookups.get(soughtKey(itself))?.exists === true
  const offered = source.kinds.some(({ cluster, key }) => cluster === project.cluster && key === kind.key)
  const draftKey = copyDraftKey(project, kind.key, at)
  const earlier = useQuery(queries.draft(draftKey))
  const going = useMutation({
    mutationFn: () =>
      fetchJson<Draft>(apiPaths.draft(draftKey), {
        method: 'PUT',
        body: {
          title: `${kind.title} ${name} in ${project.namespace}`,
          content: { text: relocated.text },
          baseRevision: earlier.data?.revision ?? null,
        },
        stay: true,
      }),
    onSuccess: (draft) => {
      client.setQueryData(queryKeys.draft(draftKey), draft)
      void client.invalidateQueries({ queryKey: queryKeys.drafts(), exact: true })
      keepNotes(draftKey, [
        ...relocated.flags.map(({ what, why }) => `${what}. ${why}`),
        ...relocated.references.filter(({ attention }) => attention).map(({ path, why }) => `${path.join('.')}: ${why}`),
      ])
      router.push(pagePaths.createCopy(kind.key, project, at))
    },
  })
  const page = pagePaths.createCopy(kind.key, project, at)
  return (
    <div className={styles.page}>
      <PageHeader title={`Clone ${at.name}`} actions={<LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>}>
        Makes another {kind.kind} like this one. You see the result in the form and propose it by pull request; {at.name} stays as it is.
      </PageHeader>
      {source.source ? null : (
        <Banner tone="amber">
          No file in Git describes {at.name}, so the copy is made of the object in the cluster: without status, secrets and what the API
          server writes by itself. Comments do not exist there.
        </Banner>
      )}
      <PlaceFields name={name} setName={setName} project={project} projects={projects} setProject={setProject} />
      {project.canPropose ? null : (
        <Banner tone="amber">You may not propose changes to {project.namespace}. Choose another project.</Banner>
      )}
      {offered ? null : (
        <Banner tone="red">
          The cluster {project.cluster} does not offer {kind.kind}. Choose a project of another cluster.
        </Banner>
      )}
      {taken ? (
        <Banner tone="red">
          {project.namespace} has a {kind.kind} {name} already. Choose another name.
        </Banner>
      ) : null}
      {earlier.data ? (
        <Banner action={<LinkButton href={page}>Go on with it</LinkButton>}>
          You have an unsent copy of {at.name} for {project.namespace}. Continuing here replaces it.
        </Banner>
      ) : null}
      {going.isError ? <Banner tone="red">{going.error.message}</Banner> : null}
      <div className={styles.buttons}>
        <Button
          look="primary"
          icon="right"
          busy={going.isPending}
          disabled={
            !ready ||
            name !== settledName ||
            taken ||
            !offered ||
            !project.canPropose ||
            nameProblem(name) !== undefined ||
            earlier.isPending
          }
          onClick={() => going.mutate()}
        >
          Continue in the form
        </Button>
      </div>
      {ready ? (
        <RelocationReport relocated={relocated} choose={(path, choice) => setChoices(new Map(choices).set(pathKey(path), choice))} />
      ) : (
        <Skeleton rows={4} label="Looking up its references" />
      )}
    </div>
  )
}

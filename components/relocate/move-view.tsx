'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { WaitingFor } from '#components/create/page-gate.tsx'
import { ReviewDialog } from '#components/create/review-dialog.tsx'
import { pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner, EmptyState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useSettled } from '#components/ui/use-settled.ts'
import type { Project } from '#lib/inventory/contract.ts'
import { isObject, type Json } from '#lib/json.ts'
import { manifestPath } from '#lib/manifest/manifest-path.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { relocateManifest } from '#lib/manifest/relocate-manifest.ts'
import { pathKey, type ReferenceChoice, soughtKey, soughtResources, type Whereabouts } from '#lib/manifest/relocate-references.ts'
import { takeOverOf } from '#lib/manifest/take-over.ts'
import type { ManifestSource, ResourceChange } from '#lib/proposals/contract.ts'
import { nameProblem } from '#lib/schema/metadata-rules.ts'
import { leftOutWords } from './dependents.tsx'
import { PlaceFields } from './place-fields.tsx'
import { byName, changesOfReferring, ReferringSection, useChangeable } from './referring-resources.tsx'
import { mayNotPropose, notInGit } from './refusals.ts'
import styles from './relocate.module.css'
import { planRelocation, withAbandon } from './relocation-plan.ts'
import { RelocationReport } from './relocation-report.tsx'
import { RelocationSteps } from './relocation-steps.tsx'
import { oneDocument, type RelocationSource, useLookups, useRelocationSource } from './use-relocation.ts'

const shownDependents = 100
/** A proposal holds 50 changes; two of them are the new manifest and the deletion of the old one. */
const rewrittenAtMost = 48

/** The page that gives a resource another name, project or file. */
export function MoveView({ at }: { at: ResourceAddress }) {
  const { data, failed } = useRelocationSource(at)
  const back = <LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>
  if (!data)
    return (
      <WaitingFor failed={failed} loading={`Loading ${at.name}`}>
        {back}
      </WaitingFor>
    )
  const refusal = data.project.canPropose ? (data.source ? undefined : notInGit(data.kind.kind, at.name)) : mayNotPropose(data.project)
  if (refusal !== undefined || !data.source)
    return (
      <EmptyState page title={`${at.name} cannot be renamed or moved`} icon="warning" action={back}>
        {refusal}
      </EmptyState>
    )
  return <Move key={data.source.blob} at={at} data={data} source={data.source} />
}

interface Review {
  changes: ResourceChange[]
  heading: string
  consequence?: React.ReactNode
  confirmName?: string
}

function Move({ at, data, source }: { at: ResourceAddress; data: RelocationSource; source: ManifestSource }) {
  const router = useRouter()
  const client = useQueryClient()
  const { kind, live, text } = data
  const [name, setName] = useState(at.name)
  const [project, setProject] = useState<Project>(data.project)
  const [typedPath, setTypedPath] = useState<string | null>(null)
  const [choices, setChoices] = useState<ReadonlyMap<string, ReferenceChoice>>(new Map())
  const [rewrite, setRewrite] = useState(true)
  const [review, setReview] = useState<Review | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const relations = useQuery(queries.relations(at, shownDependents))

  const from: Whereabouts = { ...at, gcpProject: data.project.gcpProject }
  const to: Whereabouts = { cluster: project.cluster, namespace: project.namespace, name, gcpProject: project.gcpProject }
  const inGit: Json = parseManifestFile(text).documents[0]?.value ?? null
  const stays = from.cluster === to.cluster && from.namespace === to.namespace && from.name === to.name
  const usual = stays
    ? source.path
    : (manifestPath(project, { kind: kind.kind, group: kind.group, namespace: project.namespace, name }) ?? '')
  const path = typedPath ?? usual
  const plan = planRelocation({
    from,
    to,
    movesFile: path !== source.path,
    takeOver: takeOverOf(kind, live),
    live,
    isLive: data.detail.live,
    inGit,
  })
  const settledName = useSettled(name, 300)
  const itself = { cluster: to.cluster, kinds: [kind.kind], namespace: to.namespace, name: settledName }
  const { lookups, ready: looked } = useLookups([...soughtResources(kind, isObject(inGit) ? inGit : {}, from, to), itself], data.kinds)
  const taken = !stays && lookups.get(soughtKey(itself))?.exists === true
  const offered = data.kinds.some(({ cluster, key }) => cluster === project.cluster && key === kind.key)
  const purpose = plan.do === 'replace' ? 'copy' : 'take-over'
  const cloudName = plan.do === 'take-over' ? plan.cloudName : undefined
  const relocated = relocateManifest({ text, kind, purpose, from, to, cloudName, lookups, choices })
  const referring = (relations.data?.dependents ?? []).filter(byName)
  const inRepository = referring.filter(({ row }) => row.repository === source.repository)
  const here = useChangeable(inRepository)
  const fixed = inRepository.filter((dependent) => !here.includes(dependent))
  const rewritten = rewrite && !stays ? here.slice(0, rewrittenAtMost) : []

  const wellNamed = nameProblem(name) === undefined && path !== ''
  const possible = wellNamed && looked && name === settledName && !taken && offered && project.canPropose && !relations.isPending
  const base = { cluster: at.cluster, namespace: at.namespace, kind: at.kind, name: at.name, baseBlob: source.blob }

  const setPolicy = () => {
    const after = withAbandon(source.text, source.document)
    setReview({
      changes: [{ ...base, action: 'update', text: oneDocument(after, source.document) }],
      heading: `First: let ${at.name} stay in the cloud`,
    })
  }
  const moveFile = () => setReview({ changes: [{ ...base, action: 'update', text, path }], heading: `Move ${at.name} to another file` })
  const moveAll = async () => {
    setBusy(true)
    setTrouble(null)
    try {
      const { changes, problems } = await changesOfReferring(client, rewritten, { kind, from, to })
      const wanted: ResourceChange[] = [
        {
          cluster: to.cluster,
          namespace: to.namespace,
          kind: at.kind,
          action: 'create',
          text: relocated.text,
          baseBlob: null,
          ...(path === usual ? {} : { path }),
        },
        ...changes,
        { ...base, action: 'delete', text: null },
      ]
      const heading = from.name === name ? `Move ${name} to ${project.namespace}` : `Rename ${at.name} to ${name}`
      setReview({
        changes: wanted,
        heading,
        ...(plan.do === 'replace'
          ? {
              confirmName: at.name,
              consequence: `${plan.why} What reads from it, and what it holds, must be moved by hand. CI creates the new one first, then deletes the old one. ${problems.join(' ')}`,
            }
          : problems.length > 0
            ? { consequence: problems.join(' ') }
            : {}),
      })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setTrouble(error.detail)
    }
    setBusy(false)
  }

  return (
    <div className={styles.page}>
      <PageHeader title={`Rename or move ${at.name}`} actions={<LinkButton href={pagePaths.resource(at)}>Back to {at.name}</LinkButton>}>
        Kubernetes cannot rename an object or move it to another namespace: a new one is created and the old one deleted, in one pull
        request. Corbel does it in the order that keeps what stands behind it in the cloud.
      </PageHeader>
      <PlaceFields name={name} setName={setName} project={project} projects={data.projects} setProject={setProject}>
        <TextField
          className={styles.wide}
          label="File"
          mono
          required
          value={path}
          onChange={(typed) => setTypedPath(typed === usual ? null : typed)}
          help={`In ${project.repository ?? 'a repository that is not set'}. Changing only the file changes nothing in the cluster.`}
        />
      </PlaceFields>
      {taken ? (
        <Banner tone="red">
          {project.namespace} has a {kind.kind} {name} already. Choose another name.
        </Banner>
      ) : null}
      {project.canPropose ? null : <Banner tone="amber">{mayNotPropose(project)}</Banner>}
      {offered ? null : (
        <Banner tone="red">
          The cluster {project.cluster} does not offer {kind.kind}.
        </Banner>
      )}
      {project.repository !== source.repository && project.repository !== null ? (
        <Banner>
          {project.namespace} keeps its manifests in {project.repository}, so there will be two pull requests: one that creates it there,
          one that deletes it in {source.repository}. {plan.do === 'take-over' ? 'Merge the creating one first.' : ''}
        </Banner>
      ) : null}
      {trouble ? <Banner tone="red">{trouble}</Banner> : null}
      <RelocationSteps
        at={at}
        kind={kind}
        plan={plan}
        newName={name}
        problem={data.detail.liveProblem}
        setPolicy={setPolicy}
        action={
          <Button
            look={plan.do === 'replace' ? 'danger' : 'primary'}
            busy={busy}
            disabled={!possible || plan.do === 'nothing' || (plan.do === 'take-over' && plan.abandoned !== 'yes')}
            onClick={() => (plan.do === 'move-file' ? moveFile() : void moveAll())}
          >
            Review pull request
          </Button>
        }
      />
      {stays ? null : (
        <>
          <ReferringSection
            at={at}
            relations={relations.data}
            failed={relations.error?.message}
            referring={referring}
            here={here}
            fixed={fixed}
            repository={source.repository}
            rewrite={rewrite}
            setRewrite={setRewrite}
            leftOut={relations.data ? leftOutWords(relations.data) : null}
          />
          {looked ? (
            <RelocationReport relocated={relocated} choose={(place, choice) => setChoices(new Map(choices).set(pathKey(place), choice))} />
          ) : (
            <Skeleton rows={4} label="Looking up its references" />
          )}
        </>
      )}
      {review ? (
        <ReviewDialog
          {...review}
          here={pagePaths.moveResource(at)}
          onClose={() => setReview(null)}
          onChangedInGit={() => {
            setReview(null)
            data.reload()
          }}
          onSent={(id) => router.push(pagePaths.proposal(id))}
        />
      ) : null}
    </div>
  )
}

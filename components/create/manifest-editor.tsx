'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import type { FormModel } from '#components/forms/form-context.tsx'
import { FormView } from '#components/forms/form-view.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { YamlEditor } from '#components/yaml/yaml-editor.tsx'
import type { FieldError } from '#lib/errors.ts'
import type { Project } from '#lib/inventory/contract.ts'
import { type Json, textAt } from '#lib/json.ts'
import { manifestPath } from '#lib/manifest/manifest-path.ts'
import type { BasketItem, Draft, DryRunResult, ManifestNote, ProposalDetail, ResourceChange } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { rulesApply } from '#lib/schema/rules-apply.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { DanglingNotice } from './dangling-notice.tsx'
import { documentIn, documentText, withDocumentText } from './document-text.ts'
import { type DraftAddress, DraftKeeper } from './draft-keeper.ts'
import type { Opening } from './draft-rules.ts'
import styles from './editor.module.css'
import { EditorBar } from './editor-bar.tsx'
import { EditorPanes, usePanes } from './editor-panes.tsx'
import { ManifestJudge } from './judge-manifest.ts'
import { LiveNotice } from './live-notice.tsx'
import { ManagedNotice } from './managed-notice.tsx'
import { ManifestStore } from './manifest-store.ts'
import { MergeNotice } from './merge-notice.tsx'
import { AddedToBasket, usePutAside } from './put-aside.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { useDraft } from './use-draft.tsx'

/** What an editor begins with: the smallest manifest of a kind, or the file as it stands in Git. */
export interface EditorStart {
  text: string
  document: number
  /** On edit: the file in Git. */
  file?: { path: string; blob: string; notes: readonly ManifestNote[] }
}

interface EditorProps {
  kind: CompiledKind
  project: Project
  /** The resource on edit; absent on create. */
  name?: string
  start: EditorStart
  opening: Opening
  draft: Draft | null
  draftAddress: DraftAddress
  /** The title row. */
  children: ReactNode
  /** On create: the name of the resource in the basket that is edited again. */
  basketName?: string | undefined
  /** The proposal whose branch is edited: the change becomes a commit there. */
  onto?: ProposalDetail | undefined
  /** On edit: reads the file in Git again, after it changed there. */
  reload?: () => void
}

/** Whether an open proposal brings a resource into being: until it is merged, everything in it but the name can change. */
const isCreatedBy = (proposal: ProposalDetail['resources'], at: { cluster: string; namespace: string; kind: string; name: string }) =>
  proposal.some(
    ({ cluster, namespace, kind, name, action }) =>
      action === 'create' && cluster === at.cluster && namespace === at.namespace && kind === at.kind && name === at.name,
  )

const nothing = () => undefined
const noName = () => ''
const nameIn = (store: ManifestStore): string => textAt(store.state().value, 'metadata', 'name') ?? ''
const no = () => false

const wide = '(min-width: 961px)'
const followWidth = (listener: () => void) => {
  const query = window.matchMedia(wide)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** The parts of an editor that live outside React: one document, its form's view, its judge and its keeper. */
function makeParts({ kind, project, name, start, opening, draft, draftAddress, inBasket, onto }: OpenEditorProps) {
  const kept = inBasket?.change.text ? withDocumentText(start.text, start.document, inBasket.change.text) : start.text
  const text = opening.from === 'start' ? kept : opening.from === 'conflict' ? opening.mine.text : opening.text
  const store = new ManifestStore(text, documentIn(text, start, { kind: kind.kind, group: kind.group, name }))
  const view = new FormView(store.state().value)
  const { cluster, namespace } = project
  const proposal = onto?.resources ?? []
  const exists = name !== undefined && !isCreatedBy(proposal, { cluster, namespace, kind: kind.key, name })
  const nameLock = name === undefined || exists ? undefined : 'The proposal creates it under this name.'
  const model: FormModel = { kind, store, view, exists, ...(nameLock && { nameLock }), cluster, namespace, proposal }
  const currentText = () => documentText(store.state().text, store.document)
  const old = exists ? new ManifestStore(start.text, start.document).state().value : undefined
  const rules = async (value: Json, errors: readonly FieldError[]) => {
    const { evaluateRules } = await import('#lib/schema/evaluate-rules.ts')
    return evaluateRules(kind, { value, old, errors })
  }
  const judge = new ManifestJudge(
    store,
    (value) => validateResource(kind, value),
    (signal) =>
      fetchJson<DryRunResult>(apiPaths.dryRun, {
        method: 'POST',
        body: {
          cluster,
          namespace,
          kind: kind.key,
          action: exists ? 'update' : 'create',
          text: currentText(),
        },
        signal,
        stay: true,
      }),
    rulesApply(kind.root, exists) ? rules : undefined,
  )
  const baseBlob =
    (opening.from === 'server' || opening.from === 'tab'
      ? opening.baseBlob
      : opening.from === 'start'
        ? inBasket?.change.baseBlob
        : null) ??
    start.file?.blob ??
    null
  const keeper = new DraftKeeper(store, {
    address: draftAddress,
    title: () => `${kind.title} ${textAt(store.state().value, 'metadata', 'name') || 'without a name'} in ${namespace}`,
    saved: opening.from === 'server' ? opening.text : opening.from === 'start' ? kept : start.text,
    draft,
    baseBlob,
    conflict: opening.from === 'conflict' ? opening.other : null,
    sent: opening.from === 'tab' ? opening.sent : undefined,
  })
  return { store, view, model, judge, keeper, currentText, baseBlob }
}

/** The editor of a resource; one that is in the basket opens with the basket's text. */
export function ManifestEditor(props: EditorProps) {
  const { kind, project, name, basketName } = props
  const basket = useQuery(queries.basket())
  const wanted = props.onto ? undefined : (name ?? basketName)
  // looked for once: an editor that is open keeps its text, whatever other tabs do to the basket
  const [inBasket, setInBasket] = useState<BasketItem | null | undefined>(wanted === undefined ? null : undefined)
  useEffect(() => {
    if (inBasket !== undefined || (!basket.data && !basket.isError)) return
    const found = basket.data?.items.find(
      ({ change }) =>
        change.name === wanted &&
        change.kind === kind.key &&
        change.namespace === project.namespace &&
        change.cluster === project.cluster &&
        (change.action === 'create') === (name === undefined),
    )
    setInBasket(found?.change.text ? found : null)
  }, [basket.data, basket.isError, inBasket, wanted, name, kind.key, project.namespace, project.cluster])
  if (inBasket === undefined) return <Skeleton lines={3} rows={8} label="Loading the basket's text" />
  return <OpenEditor {...props} inBasket={inBasket} />
}

interface OpenEditorProps extends EditorProps {
  /** The item of the basket that is edited. */
  inBasket: BasketItem | null
}

/** Where the file of a new resource goes; follows the name by itself, so that a key in the name draws nothing else. */
function NewFilePath({ store, kind, project }: { store: ManifestStore; kind: CompiledKind; project: Project }) {
  const name = useSyncExternalStore(store.subscribe, () => nameIn(store), noName)
  return manifestPath(project, { kind: kind.kind, group: kind.group, namespace: project.namespace, name: name || '…' }) ?? ''
}

/** Form and YAML side by side (on phones one at a time), the bar below, and everything that guards what was typed. */
function OpenEditor(props: OpenEditorProps) {
  const { kind, project, name, start, opening, draft, children, reload } = props
  const [parts] = useState(() => makeParts(props))
  const { store, view, model, judge, keeper, currentText } = parts
  const router = useRouter()
  const panes = usePanes(parts)
  const { pane, setPane, goToProblem } = panes
  const [reviewing, setReviewing] = useState(false)
  const [base, setBase] = useState(parts.baseBlob)
  const [basketItem, setBasketItem] = useState(props.inBasket)
  const startBlob = start.file?.blob ?? null
  const { keeping, here, discard, handedOver, notices } = useDraft({
    store,
    keeper,
    opening,
    draft,
    start: { text: start.text, document: start.document, blob: startBlob },
    onBase: setBase,
  })
  const { busy, added, put } = usePutAside({ store, keeper, draftKey: props.draftAddress.key })
  // single facts, not the whole state: a key that changes none of them draws nothing here
  const broken = useSyncExternalStore(store.subscribe, () => store.state().broken, nothing)
  // with another name it is another resource
  const isBasketItem = () => name !== undefined || basketItem?.change.name === nameIn(store)
  const inBasket = useSyncExternalStore(store.subscribe, isBasketItem, no) ? basketItem : null
  const isChanged = useSyncExternalStore(store.subscribe, () => store.state().text !== start.text, no)
  const judgement = useSyncExternalStore(judge.subscribe, judge.judgement, judge.judgement)
  const isWide = useSyncExternalStore(
    followWidth,
    () => window.matchMedia(wide).matches,
    () => true,
  )

  useEffect(() => judge.start(), [judge])

  /** Whether the manifest can be sent; leads to what is wrong. */
  const isRight = (): boolean => {
    const errors = judge.ask()
    const [first] = errors ?? []
    if (errors === undefined) goToProblem()
    else if (first) {
      setPane('form')
      view.reveal(first.path)
    } else return true
    return false
  }
  const review = () => {
    if (!isRight()) return
    void keeper.save()
    setReviewing(true)
  }
  const putAside = async () => {
    if (!isRight()) return
    const [item] = (await put([changeOf(currentText())], base)) ?? []
    if (!item) return
    handedOver()
    setBasketItem(item)
  }
  const createAnother = () => {
    setBasketItem(null)
    void discard()
  }
  const at = name === undefined ? undefined : { cluster: project.cluster, namespace: project.namespace, kind: kind.key, name }
  const rebase = (blob: string) => {
    setBase(blob)
    keeper.rebase(blob)
  }
  const changeOf = (text: string | null): ResourceChange => ({
    cluster: project.cluster,
    namespace: project.namespace,
    kind: kind.key,
    action: name === undefined ? 'create' : 'update',
    ...(name === undefined ? {} : { name }),
    text,
    baseBlob: base,
  })

  return (
    <div className={styles.page}>
      {children}
      <div className={styles.notices}>
        {inBasket ? (
          <Banner
            action={
              <LinkButton size="small" href={pagePaths.basket}>
                Show the basket
              </LinkButton>
            }
          >
            This is in your basket, and you edit the basket's text. "Update basket" keeps what you change; proposing it from here takes it
            out.
          </Banner>
        ) : null}
        {notices}
        {start.file && at ? (
          <>
            <MergeNotice
              at={at}
              kind={kind}
              store={store}
              view={view}
              base={base}
              git={{ text: start.text, document: start.document, ...start.file }}
              setBase={rebase}
              takeGit={() => void discard()}
            />
            <ManagedNotice notes={start.file.notes} store={store} view={view} />
            {props.onto ? null : <LiveNotice at={at} kind={kind} store={store} git={start} />}
          </>
        ) : null}
        <DanglingNotice model={model} />
        {broken ? (
          <Banner
            tone="red"
            action={
              <Button size="small" onClick={goToProblem}>
                Go to the line
              </Button>
            }
          >
            The YAML cannot be read, so the form waits with its last values. {broken}
          </Banner>
        ) : null}
      </div>
      <EditorPanes panes={panes} model={model}>
        {isWide || pane === 'yaml' ? <YamlEditor ref={panes.yaml} store={store} view={view} kind={kind} project={model} /> : null}
      </EditorPanes>
      <EditorBar
        repository={project.repository ?? 'no repository'}
        path={start.file?.path ?? <NewFilePath store={store} kind={kind} project={project} />}
        judgement={judgement}
        keeping={keeping}
        changed={name === undefined ? undefined : isChanged}
        review={review}
        inBasket={inBasket !== null}
        addToBasket={props.onto ? undefined : { busy, run: () => void putAside() }}
        askAgain={() => judge.askAgain()}
        added={
          added ? <AddedToBasket another={name === undefined ? { title: 'create another one', run: createAnother } : undefined} /> : null
        }
      />
      {reviewing ? (
        <ReviewDialog
          changes={[changeOf(currentText())]}
          draftKey={props.draftAddress.key}
          {...(inBasket ? { basketItems: [inBasket.id] } : {})}
          onto={props.onto}
          here={here}
          onClose={() => setReviewing(false)}
          onChangedInGit={() => {
            setReviewing(false)
            reload?.()
          }}
          onSent={(id) => {
            void keeper.end({ deleteOnServer: false })
            router.push(pagePaths.proposal(id))
          }}
        />
      ) : null}
    </div>
  )
}

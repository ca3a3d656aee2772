'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type DraftAddress, DraftKeeper, leaveInTab } from '#components/create/draft-keeper.ts'
import type { Opening } from '#components/create/draft-rules.ts'
import editor from '#components/create/editor.module.css'
import { shownErrors } from '#components/create/judge-manifest.ts'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { PaneSwitch } from '#components/create/pane-switch.tsx'
import { AddedToBasket, usePutAside } from '#components/create/put-aside.tsx'
import { ReviewDialog } from '#components/create/review-dialog.tsx'
import { useDraft } from '#components/create/use-draft.tsx'
import { pagePaths } from '#components/data/api-paths.ts'
import { type FormModel, FormProvider } from '#components/forms/form-context.tsx'
import { FormView } from '#components/forms/form-view.ts'
import { showToast } from '#components/ui/toast.tsx'
import type { BlueprintProject } from '#lib/blueprint/blueprint.ts'
import { answerErrors } from '#lib/blueprint/check-answers.ts'
import { compileQuestions, questionsAsKind } from '#lib/blueprint/compile-questions.ts'
import { effectiveAnswers, fillBlueprint } from '#lib/blueprint/fill-blueprint.ts'
import type { BlueprintDetail } from '#lib/catalogue/contract.ts'
import type { Project } from '#lib/inventory/contract.ts'
import type { Draft, ResourceChange } from '#lib/proposals/contract.ts'
import { BlueprintBar } from './blueprint-bar.tsx'
import styles from './blueprints.module.css'
import { useFilledVerdicts } from './filled-verdicts.ts'
import { ManifestPreview } from './manifest-preview.tsx'
import { QuestionForm } from './question-form.tsx'

interface Props {
  detail: BlueprintDetail
  project: Project
  /** The answers it begins with, as YAML. */
  start: string
  opening: Opening
  draft: Draft | null
  draftAddress: DraftAddress
  /** The title row. */
  children: ReactNode
}

/** The parts that live outside React: the answers as a document, the form's view of them, and their draft. */
function makeParts({ detail, project, start, opening, draft, draftAddress }: Props) {
  const text = opening.from === 'start' ? start : opening.from === 'conflict' ? opening.mine.text : opening.text
  const store = new ManifestStore(text)
  const view = new FormView(store.state().value)
  const root = compileQuestions(detail.blueprint.questions)
  const model: FormModel = {
    kind: questionsAsKind(detail.blueprint),
    store,
    view,
    exists: false,
    cluster: project.cluster,
    namespace: project.namespace,
    proposal: [],
  }
  const keeper = new DraftKeeper(store, {
    address: draftAddress,
    title: () => `${detail.blueprint.title} in ${project.namespace}`,
    saved: opening.from === 'server' ? opening.text : start,
    draft,
    baseBlob: null,
    conflict: opening.from === 'conflict' ? opening.other : null,
    sent: opening.from === 'tab' ? opening.sent : undefined,
  })
  return { store, view, root, model, keeper }
}

/** Questions on one side, what the answers make on the other; on phones one at a time. */
export function BlueprintEditor(props: Props) {
  const { detail, project, start, opening, draft, draftAddress, children } = props
  const { blueprint, apiVersions } = detail
  const [{ store, view, root, model, keeper }] = useState(() => makeParts(props))
  const router = useRouter()
  const [pane, setPane] = useState<'questions' | 'manifests'>('questions')
  const [asked, setAsked] = useState(false)
  const [reviewing, setReviewing] = useState<ResourceChange[] | null>(null)
  const state = useSyncExternalStore(store.subscribe, store.state, store.state)
  const { keeping, here, discard, handedOver, notices } = useDraft({
    store,
    keeper,
    opening,
    draft,
    start: { text: start, document: 0, blob: null },
  })
  const { busy, added, put } = usePutAside({ store, keeper, draftKey: draftAddress.key })

  useEffect(() => view.subscribe(() => setPane('questions')), [view])

  const errors = useMemo(() => answerErrors(blueprint.questions, root, state.value), [blueprint, root, state.value])
  const shown = useMemo(() => shownErrors(errors, state.value, asked), [errors, state.value, asked])
  useEffect(() => {
    // a pause first: nobody wants to be corrected in the middle of a word
    const timer = setTimeout(() => store.complain('check', shown), asked ? 0 : 400)
    return () => clearTimeout(timer)
  }, [store, shown, asked])

  const filled = useMemo(() => {
    const facts: BlueprintProject = {
      namespace: project.namespace,
      cluster: project.cluster,
      team: project.team,
      gcpProject: project.gcpProject,
    }
    return fillBlueprint(blueprint, effectiveAnswers(blueprint.questions, root, state.value), {
      project: facts,
      apiVersionOf: (kind) => (Object.hasOwn(apiVersions, kind) ? apiVersions[kind] : undefined),
    })
  }, [blueprint, root, apiVersions, project, state.value])
  const judged = useFilledVerdicts({ cluster: project.cluster, namespace: project.namespace }, filled, errors.length === 0)
  const wanted = judged.filter(({ verdict }) => verdict.state !== 'taken' || !verdict.shared)

  /** The changes to propose; leads to what is wrong where something is. */
  const changes = useCallback((): ResourceChange[] | null => {
    setAsked(true)
    const [first] = errors
    if (first) {
      setPane('questions')
      view.reveal(first.path)
      return null
    }
    const unfit = wanted.find(({ verdict }) => verdict.state === 'unfinished' || verdict.state === 'taken')
    if (unfit) {
      setPane('manifests')
      showToast(
        unfit.verdict.state === 'unfinished'
          ? `${unfit.manifest.title}: ${unfit.verdict.message}`
          : `${unfit.manifest.name} exists already. Choose other answers.`,
        'bad',
      )
      return null
    }
    return wanted.map(({ manifest, text }) => ({
      cluster: project.cluster,
      namespace: project.namespace,
      kind: manifest.kind,
      action: 'create',
      text,
      baseBlob: null,
    }))
  }, [errors, wanted, project, view])

  const review = () => {
    const ready = changes()
    if (!ready) return
    void keeper.save()
    setReviewing(ready)
  }
  const putAside = async () => {
    const ready = changes()
    if (ready && (await put(ready, null))) handedOver()
  }
  const startAgain = () => {
    setAsked(false)
    void discard()
  }
  const [only] = wanted
  const openAsForm = () => {
    if (!only || wanted.length !== 1) return
    const key = ['create', project.cluster, project.namespace, only.manifest.kind].map(encodeURIComponent).join('/')
    leaveInTab({ key, username: draftAddress.username }, only.text)
    void keeper.save()
    router.push(pagePaths.createKind(only.manifest.kind, project))
  }
  return (
    <div className={editor.page}>
      {children}
      <div className={editor.notices}>{notices}</div>
      <PaneSwitch
        label="Questions and manifests"
        panes={[
          { pane: 'questions', title: 'Questions' },
          { pane: 'manifests', title: `Manifests (${judged.length})` },
        ]}
        current={pane}
        choose={setPane}
      />
      <div className={styles.panes} data-pane={pane}>
        <div id="pane-questions" className={styles.questions}>
          <FormProvider model={model}>
            <QuestionForm questions={blueprint.questions} />
          </FormProvider>
        </div>
        <div id="pane-manifests" className={styles.result}>
          <ManifestPreview judged={judged} at={{ cluster: project.cluster, namespace: project.namespace }} />
        </div>
      </div>
      <BlueprintBar
        project={project}
        judged={judged}
        errors={errors.length}
        wrong={shown.length}
        keeping={keeping}
        busy={busy}
        review={review}
        addToBasket={() => void putAside()}
        added={added ? <AddedToBasket another={{ title: 'answer once more', run: startAgain }} /> : null}
        openAsForm={wanted.length === 1 && errors.length === 0 ? openAsForm : undefined}
      />
      {reviewing ? (
        <ReviewDialog
          changes={reviewing}
          draftKey={draftAddress.key}
          here={here}
          onClose={() => setReviewing(null)}
          onSent={(id) => {
            void keeper.end({ deleteOnServer: false })
            router.push(pagePaths.proposal(id))
          }}
        />
      ) : null}
    </div>
  )
}

'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState, useSyncExternalStore } from 'react'
import styles from '#components/create/editor.module.css'
import { Fact, Judged } from '#components/create/editor-bar.tsx'
import { EditorPanes, usePanes } from '#components/create/editor-panes.tsx'
import { ManifestJudge } from '#components/create/judge-manifest.ts'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson, holdPage } from '#components/data/fetch-json.ts'
import type { FormModel } from '#components/forms/form-context.tsx'
import { FormView } from '#components/forms/form-view.ts'
import { Button } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { YamlEditor } from '#components/yaml/yaml-editor.tsx'
import type { ImportManifest, ImportRun } from '#lib/imports/contract.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { rulesApply } from '#lib/schema/rules-apply.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { useDetailChange } from './use-detail-change.ts'

interface EditorProps {
  run: ImportRun
  rowId: string
  namespace: string
  index: number
  manifest: ImportManifest
  kind: CompiledKind
  /** The address of the review. */
  back: string
}

const keptUnder = (rowId: string, index: number) => `corbel import ${rowId} ${index}`

/** What was typed and not saved, of this tab. A browser that keeps nothing is no reason to stop. */
const unsaved = {
  read(key: string): string | null {
    try {
      return sessionStorage.getItem(key)
    } catch {
      return null
    }
  },
  write(key: string, text: string | null): void {
    try {
      if (text === null) sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, text)
    } catch {
      // private windows and full stores: the text stands in the editor all the same
    }
  },
}

function makeParts({ run, namespace, rowId, index, manifest, kind }: EditorProps) {
  const kept = unsaved.read(keptUnder(rowId, index))
  const store = new ManifestStore(kept ?? manifest.text)
  const view = new FormView(store.state().value)
  // a new manifest: its name and its immutable fields may be put right before anything is applied
  const model: FormModel = { kind, store, view, exists: false, cluster: run.cluster, namespace, proposal: [] }
  const judge = new ManifestJudge(
    store,
    (value) => validateResource(kind, value),
    (signal) =>
      fetchJson<DryRunResult>(apiPaths.dryRun, {
        method: 'POST',
        body: { cluster: run.cluster, namespace, kind: kind.key, action: 'create', text: store.state().text },
        signal,
        stay: true,
      }),
    rulesApply(kind.root, false)
      ? async (value, errors) => {
          const { evaluateRules } = await import('#lib/schema/evaluate-rules.ts')
          return evaluateRules(kind, { value, old: undefined, errors })
        }
      : undefined,
  )
  return { store, view, model, judge, restored: kept !== null && kept !== manifest.text }
}

/** The manifest of an asset in the editor of everywhere, form and YAML side by side; saved into the import, not into Git. */
export function ImportEditor(props: EditorProps) {
  const { run, rowId, namespace, index, manifest, kind, back } = props
  const [{ store, view, model, judge, restored }] = useState(() => makeParts(props))
  const panes = usePanes({ store, view })
  const { change, busy, problem } = useDetailChange(run.id, rowId)
  const router = useRouter()
  const text = useSyncExternalStore(
    store.subscribe,
    () => store.state().text,
    () => manifest.text,
  )
  const broken = useSyncExternalStore(
    store.subscribe,
    () => store.state().broken,
    () => undefined,
  )
  const judgement = useSyncExternalStore(judge.subscribe, judge.judgement, judge.judgement)
  const changed = text !== manifest.text
  const key = keptUnder(rowId, index)

  useEffect(() => judge.start(), [judge])
  useEffect(() => holdPage(), [])
  useEffect(() => unsaved.write(key, changed ? text : null), [key, changed, text])

  const leave = () => {
    unsaved.write(key, null)
    router.replace(back, { scroll: false })
  }
  const save = async () => {
    const errors = judge.ask()
    if (errors === undefined) {
      panes.goToProblem()
      return
    }
    if (await change({ type: 'save', manifest: index, text: store.state().text })) leave()
  }
  return (
    <div className={styles.page}>
      <h2>
        Edit {kindOf(manifest.kind)} {manifest.name}
      </h2>
      <div className={styles.notices}>
        {restored ? <Banner>What you typed and had not saved is back.</Banner> : null}
        {problem ? (
          <Banner tone="red">
            {problem.detail}
            {problem.fields.map((field) => ` ${field.message}`)}
          </Banner>
        ) : null}
        {broken ? <Banner tone="red">The YAML cannot be read, so the form waits with its last values. {broken}</Banner> : null}
      </div>
      <EditorPanes panes={panes} model={model}>
        <YamlEditor ref={panes.yaml} store={store} view={view} kind={kind} project={{ cluster: run.cluster, namespace }} />
      </EditorPanes>
      <div className={styles.bar}>
        <div className={styles.where}>Kept in this import until you propose it.</div>
        <div className={styles.status} role="status">
          <Judged judgement={judgement} askAgain={() => judge.askAgain()} />
          {changed ? (
            <Fact icon="draft" tone="calm">
              not saved yet
            </Fact>
          ) : null}
        </div>
        <div className={styles.onward}>
          <Button onClick={leave}>{changed ? 'Drop these changes' : 'Back to the review'}</Button>
          <Button look="primary" disabled={!changed} busy={busy === 'save'} onClick={() => void save()}>
            Save
          </Button>
        </div>
      </div>
    </div>
  )
}

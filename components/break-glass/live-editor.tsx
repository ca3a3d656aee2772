'use client'

import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Fact, Judged } from '#components/create/editor-bar.tsx'
import { ManifestJudge } from '#components/create/judge-manifest.ts'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { PaneSwitch } from '#components/create/pane-switch.tsx'
import { fetchJson, holdPage } from '#components/data/fetch-json.ts'
import { type FormModel, FormProvider } from '#components/forms/form-context.tsx'
import { FormView } from '#components/forms/form-view.ts'
import { ResourceForm } from '#components/forms/resource-form.tsx'
import { Button } from '#components/ui/button.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { YamlEditor, type YamlEditorHandle } from '#components/yaml/yaml-editor.tsx'
import type { ChangeEditor, SessionDetail } from '#lib/break-glass/contract.ts'
import type { FieldError } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { rulesApply } from '#lib/schema/rules-apply.ts'
import { validateResource } from '#lib/schema/validate.ts'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { ChangeKeeper, type ChangeServer } from './change-keeper.ts'

export interface LiveEditorHandle {
  /** Puts the server's complaints at their fields and leads to the first; with an empty list takes them away. */
  complain: (errors: readonly FieldError[]) => void
  goTo: (path: JsonPath) => void
}

interface EditorProps {
  session: SessionDetail
  kind: CompiledKind
  editor: ChangeEditor
  onSaved: (editor: ChangeEditor) => void
  /** What is typed is saved and can be compared. */
  onward: () => void
  busy: boolean
  ref: Ref<LiveEditorHandle>
}

function makeParts({ session, kind, editor, onSaved }: EditorProps) {
  const store = new ManifestStore(editor.text)
  const live = new ManifestStore(editor.live).state().value
  const view = new FormView(store.state().value)
  const model: FormModel = {
    kind,
    store,
    view,
    exists: true,
    cluster: session.cluster,
    namespace: session.namespace,
    proposal: [],
  }
  const judge = new ManifestJudge(
    store,
    (value) => validateResource(kind, value),
    undefined, // the dry run is a step of its own here: each one is a recorded act
    rulesApply(kind.root, true)
      ? async (value, errors) => {
          const { evaluateRules } = await import('#lib/schema/evaluate-rules.ts')
          return evaluateRules(kind, { value, old: live, errors })
        }
      : undefined,
  )
  const path = breakGlassApi.change(session.id, editor.change.id)
  const server: ChangeServer = {
    // a save may outlive the page, which browsers allow up to 64 KiB
    save: (text, revision) =>
      fetchJson<ChangeEditor>(path, { method: 'PUT', body: { text, revision }, stay: true, keepalive: text.length < 20_000 }),
    read: () => fetchJson<ChangeEditor>(path, { stay: true }),
  }
  return { store, view, model, judge, keeper: new ChangeKeeper(store, editor, server, onSaved) }
}

/** The live object in the editor of everywhere, as form or as YAML, saved into the session as it is typed. */
export function LiveEditor(props: EditorProps) {
  const { session, kind, editor, onward, busy, ref } = props
  const [{ store, view, model, judge, keeper }] = useState(() => makeParts(props))
  const yaml = useRef<YamlEditorHandle>(null)
  const box = useRef<HTMLDivElement>(null)
  const [stale, setStale] = useState<string | null>(null)
  const [pane, setPane] = useState<'form' | 'yaml'>('form')
  const broken = useSyncExternalStore(store.subscribe, () => store.state().broken, nothing)
  const changed = useSyncExternalStore(store.subscribe, () => store.state().text !== editor.live, no)
  const judgement = useSyncExternalStore(judge.subscribe, judge.judgement, judge.judgement)
  const keeping = useSyncExternalStore(keeper.subscribe, keeper.keeping, keeper.keeping)

  useEffect(() => judge.start(), [judge])
  useEffect(() => keeper.start(), [keeper])
  useEffect(() => {
    keeper.hear(editor)
    // said once by the server, with the answer that has the text put onto the new object
    if (editor.stale) setStale(editor.stale)
  }, [keeper, editor])
  useEffect(() => holdPage(), [])
  // Whoever came here by going on types on at once; whoever is elsewhere on the page stays there. Before it is painted: after that the
  // focus may be where somebody put it themselves.
  useLayoutEffect(() => {
    const here = document.activeElement
    if (here !== null && here !== document.body && !box.current?.closest('section')?.contains(here)) return
    box.current
      ?.querySelector<HTMLElement>('form input:not(:disabled):not([readonly]), form textarea:not(:disabled), form select:not(:disabled)')
      ?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    let seen = view.request()?.at
    return view.subscribe(() => {
      if (view.request()?.at === seen) return
      seen = view.request()?.at
      setPane('form')
    })
  }, [view])
  useImperativeHandle(ref, () => ({
    complain: (errors) => {
      store.complain('server', errors)
      const [first] = errors
      if (first) view.reveal(first.path)
    },
    goTo: (path) => view.reveal(path),
  }))

  const goOn = async () => {
    const errors = judge.ask()
    const [first] = errors ?? []
    if (errors === undefined) {
      setPane('yaml')
      requestAnimationFrame(() => yaml.current?.goToLine(store.state().problems.find(({ severity }) => severity === 'error')?.line ?? 1))
    } else if (first) view.reveal(first.path)
    else if (await keeper.save()) onward()
  }
  return (
    <div
      ref={box}
      className={styles.editor}
      onKeyDownCapture={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        event.stopPropagation()
        void goOn()
      }}
    >
      {stale ? (
        <Banner
          tone="amber"
          action={
            <span className={styles.go}>
              {changed ? (
                <Button
                  size="small"
                  title="Drops what you typed here"
                  onClick={() => {
                    store.replace(editor.live, 'outside')
                    setStale(null)
                  }}
                >
                  Take the new live object
                </Button>
              ) : null}
              <Button size="small" onClick={() => setStale(null)}>
                Go on
              </Button>
            </span>
          }
        >
          {stale}
        </Banner>
      ) : null}
      {keeping.state === 'conflict' ? (
        <Banner
          tone="amber"
          action={
            <span className={styles.go}>
              <Button size="small" onClick={() => keeper.choose('theirs')}>
                Take the other text
              </Button>
              <Button size="small" onClick={() => keeper.choose('mine')}>
                Keep this one
              </Button>
            </span>
          }
        >
          This was changed in another tab, or the live object moved, while you typed here. Choose which text goes on.
        </Banner>
      ) : null}
      {broken ? <Banner tone="red">The YAML cannot be read, so the form waits with its last values. {broken}</Banner> : null}
      <PaneSwitch
        label="Views of the live object"
        panes={[
          { pane: 'form', title: 'Form' },
          { pane: 'yaml', title: 'YAML' },
        ]}
        current={pane}
        choose={setPane}
      />
      <div id="pane-form" role="tabpanel" aria-labelledby="pane-form-tab" hidden={pane !== 'form'}>
        <FormProvider model={model}>
          <ResourceForm />
        </FormProvider>
      </div>
      <div id="pane-yaml" role="tabpanel" aria-labelledby="pane-yaml-tab" className={styles.yaml} hidden={pane !== 'yaml'}>
        {pane === 'yaml' ? (
          <YamlEditor
            ref={yaml}
            store={store}
            view={view}
            kind={kind}
            project={{ cluster: session.cluster, namespace: session.namespace }}
            label="Live object as YAML"
          />
        ) : null}
      </div>
      <div className={styles.editorBar}>
        <div className={styles.facts} role="status">
          <Judged judgement={judgement} askAgain={nothing} />
          <Saved keeping={keeping} changed={changed} />
        </div>
        <div className={styles.go}>
          <Button look="primary" busy={busy} disabled={!changed || keeping.state === 'conflict'} onClick={() => void goOn()}>
            Show the difference
          </Button>
          <span className={styles.muted}>
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
        </div>
      </div>
    </div>
  )
}

const nothing = () => undefined
const no = () => false

function Saved({ keeping, changed }: { keeping: ReturnType<ChangeKeeper['keeping']>; changed: boolean }) {
  switch (keeping.state) {
    case 'kept':
      return (
        <Fact icon={changed ? 'check' : 'info'} tone="calm">
          {changed ? 'kept in the session' : 'as it is in the cluster'}
        </Fact>
      )
    case 'typing':
    case 'saving':
      return (
        <Fact icon="draft" tone="calm">
          saving…
        </Fact>
      )
    case 'conflict':
      return (
        <Fact icon="warning" tone="warn">
          not saved: choose a text above
        </Fact>
      )
    case 'failed':
      return (
        <Fact icon="warning" tone="warn">
          not saved: {keeping.message} {keeping.again ? 'Trying again.' : ''}
        </Fact>
      )
    default:
      return keeping satisfies never
  }
}

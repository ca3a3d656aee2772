'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useImperativeHandle, useRef, useState } from 'react'
import type { ManifestStore } from '#components/create/manifest-store.ts'
import type { FormView } from '#components/forms/form-view.ts'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { JsonPath } from '#lib/json.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { type ReferenceScope, referenceFinder } from './find-references.ts'
import type { MountedEditor } from './mount-editor.ts'
import { useStoreText } from './use-store-text.ts'
import styles from './yaml-editor.module.css'

export interface YamlEditorHandle {
  goToLine: (line: number) => void
  goToField: (path: JsonPath) => void
}

/**
 * A manifest as YAML, edited in place or, with `readOnly`, to read. CodeMirror is loaded when this is first shown. When
 * it cannot be loaded (the connection broke), a plain text area does the same work.
 */
export function YamlEditor({
  store,
  view,
  kind,
  project,
  readOnly = false,
  label = 'Manifest as YAML',
  ref,
}: {
  store: ManifestStore
  view?: FormView
  kind?: CompiledKind
  /** Absent where no reference is looked for. */
  project?: ReferenceScope
  readOnly?: boolean
  label?: string
  ref?: React.Ref<YamlEditorHandle>
}) {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const editor = useRef<MountedEditor>(null)
  const wanted = useRef<((mounted: MountedEditor) => void) | null>(null)
  const client = useQueryClient()
  const cluster = project?.cluster
  const namespace = project?.namespace
  const proposal = project?.proposal
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
  const [path, setPath] = useState<JsonPath | undefined>()
  const [tries, setTries] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` loads once more
  useEffect(() => {
    const parent = box.current
    if (!parent) return
    let gone = false
    import('./mount-editor.ts').then(
      ({ mountEditor }) => {
        if (gone) return
        const findReferences =
          cluster !== undefined && namespace !== undefined
            ? referenceFinder(client, { cluster, namespace, ...(proposal && { proposal }) })
            : undefined
        const mounted = mountEditor({
          parent,
          store,
          view,
          kind,
          findReferences,
          readOnly,
          label,
          describedBy: `${id}-help`,
          onCursor: setPath,
        })
        editor.current = mounted
        setState('ready')
        wanted.current?.(mounted)
        wanted.current = null
      },
      () => {
        if (!gone) setState('failed')
      },
    )
    return () => {
      gone = true
      editor.current?.destroy()
      editor.current = null
    }
  }, [store, view, kind, client, cluster, namespace, proposal, readOnly, label, id, tries])

  useImperativeHandle(ref, () => {
    const whenMounted = (action: (mounted: MountedEditor) => void) => {
      if (editor.current) action(editor.current)
      else wanted.current = action
    }
    return {
      goToLine: (line) => whenMounted((mounted) => mounted.goToLine(line)),
      goToField: (path) => whenMounted((mounted) => mounted.goToField(path)),
    }
  }, [])

  return (
    <div className={styles.frame}>
      <div className={styles.head}>
        <code className={styles.path} title={path ? fieldPath(path) : undefined}>
          {path ? fieldPath(path) : 'Manifest'}
        </code>
        {view && path && !readOnly ? (
          <Button size="small" look="quiet" onClick={() => view.reveal(path)} title="Ctrl Enter">
            Show in form
          </Button>
        ) : null}
        <CopyButton text={() => store.state().text} label="Copy the manifest" />
      </div>
      {state === 'loading' ? (
        <div className={styles.loading}>
          <Skeleton lines={8} label="Loading the YAML editor" />
        </div>
      ) : null}
      {state === 'failed' ? (
        <>
          <Banner
            tone="amber"
            action={
              <Button size="small" onClick={() => setTries(tries + 1)}>
                Try again
              </Button>
            }
          >
            The YAML editor could not be loaded. You can edit the text below all the same.
          </Banner>
          <PlainText store={store} label={label} readOnly={readOnly} />
        </>
      ) : null}
      <div ref={box} className={styles.editor} hidden={state !== 'ready'} />
      <p id={`${id}-help`} className={styles.help}>
        {readOnly
          ? 'To read. Ctrl F finds text.'
          : 'Tab indents. Press Escape, then Tab, to leave the editor. Ctrl Space completes, Ctrl F finds, Ctrl Enter goes to the field in the form, and there back here.'}
      </p>
    </div>
  )
}

function PlainText({ store, label, readOnly }: { store: ManifestStore; label: string; readOnly: boolean }) {
  return (
    <textarea
      className={styles.plain}
      aria-label={label}
      spellCheck={false}
      readOnly={readOnly}
      value={useStoreText(store)}
      onChange={(event) => store.replace(event.target.value, 'yaml')}
    />
  )
}

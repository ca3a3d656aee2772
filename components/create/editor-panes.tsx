'use client'

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { type FormModel, FormProvider } from '#components/forms/form-context.tsx'
import { ResourceForm } from '#components/forms/resource-form.tsx'
import type { YamlEditorHandle } from '#components/yaml/yaml-editor.tsx'
import styles from './editor.module.css'
import { PaneSwitch } from './pane-switch.tsx'

export interface Panes {
  /** To give to the YAML editor. */
  yaml: RefObject<YamlEditorHandle | null>
  pane: 'form' | 'yaml'
  setPane: (pane: 'form' | 'yaml') => void
  /** Leads to the first line that cannot be read. */
  goToProblem: () => void
  /** Ctrl or Cmd and Enter in a field of the form leads to its line. */
  goToYaml: (event: KeyboardEvent) => void
}

/** Which side of an editor phones show, and the ways from one side to the other. What asks the form to show a field brings the form. */
export function usePanes({ store, view }: Pick<FormModel, 'store' | 'view'>): Panes {
  const yaml = useRef<YamlEditorHandle>(null)
  const [pane, setPane] = useState<Panes['pane']>('form')
  useEffect(() => {
    let seen = view.request()?.at
    return view.subscribe(() => {
      if (view.request()?.at === seen) return
      seen = view.request()?.at
      setPane('form')
    })
  }, [view])
  const inYaml = (go: (editor: YamlEditorHandle | null) => void) => {
    setPane('yaml')
    // on phones the YAML view is only now being shown
    requestAnimationFrame(() => go(yaml.current))
  }
  const goToProblem = () => {
    const line = store.state().problems.find(({ severity }) => severity === 'error')?.line ?? 1
    inYaml((editor) => editor?.goToLine(line))
  }
  const goToYaml = (event: KeyboardEvent) => {
    const path = view.focused()
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !path) return
    event.preventDefault()
    inYaml((editor) => editor?.goToField(path))
  }
  return { yaml, pane, setPane, goToProblem, goToYaml }
}

/** Form and YAML side by side, on phones one at a time. `children`: the YAML editor. */
export function EditorPanes({ panes, model, children }: { panes: Panes; model: FormModel; children: ReactNode }) {
  const { pane, setPane, goToYaml } = panes
  return (
    <>
      <PaneSwitch
        label="Views of the manifest"
        panes={[
          { pane: 'form', title: 'Form' },
          { pane: 'yaml', title: 'YAML' },
        ]}
        current={pane}
        choose={setPane}
      />
      <div className={styles.panes} data-pane={pane}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut from whichever field has the focus; the fields are the controls */}
        <div id="pane-form" className={styles.form} onKeyDown={goToYaml}>
          <FormProvider model={model}>
            <ResourceForm />
          </FormProvider>
        </div>
        <div id="pane-yaml" className={styles.yaml}>
          {children}
        </div>
      </div>
    </>
  )
}

'use client'

/** Name, labels and annotations, with Kubernetes' own rules; Config Connector's annotations as named choices. */
import { useEffect, useId, useMemo } from 'react'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue, useView } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { MapEditor } from '#components/forms/map-editor.tsx'
import { Collapse, summaryOf } from '#components/forms/object-editor.tsx'
import fieldStyles from '#components/ui/field.module.css'
import { FieldError } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icons.tsx'
import type { JsonPath } from '#lib/json.ts'
import type { FieldNode, MapField, StringField } from '#lib/schema/field-tree.ts'
import { annotationProblem, annotationsFor, type KnownAnnotation } from '#lib/schema/known-annotations.ts'
import { keyProblem } from '#lib/schema/metadata-rules.ts'

const metadataPath: JsonPath = ['metadata']
const namePath: JsonPath = ['metadata', 'name']
const labelsPath: JsonPath = ['metadata', 'labels']
const annotationsPath: JsonPath = ['metadata', 'annotations']
const settingsPath: JsonPath = ['metadata', '#settings'] // no field: the place whose being open is remembered

const nameNode: StringField = {
  type: 'string',
  key: 'name',
  label: 'Name',
  required: true,
  minLength: 1,
  description:
    'What the resource is called in this project. Lower-case letters, digits, dashes and dots. It cannot be changed later: other resources refer to it by name.',
  immutable: 'schema',
}
const text: StringField = { type: 'string', key: '', label: '' }
const labelsNode: MapField = {
  type: 'map',
  key: 'labels',
  label: 'Labels',
  value: text,
  description: 'Short words by which resources are found and grouped. Config Connector copies them to the cloud.',
}
const annotationsNode: MapField = {
  type: 'map',
  key: 'annotations',
  label: 'Annotations',
  value: text,
  description: 'Notes for programs. Those of Config Connector have a place of their own above.',
}

export function MetadataEditor() {
  const { kind, view } = useForm()
  const known = useMemo(() => annotationsFor(kind), [kind])
  useView(metadataPath)
  useView(settingsPath)
  const labels = useValue(labelsPath)
  const annotations = useValue(annotationsPath)
  const moreOpen = view.isOpen(metadataPath, labels !== undefined)
  const settingsOpen = view.isOpen(settingsPath, false)
  // a known annotation that is asked for (by a link, a complaint) stands in its own section
  useEffect(
    () =>
      view.subscribe(() => {
        const path = view.request()?.path
        if (path?.[1] === 'annotations' && known.some(({ key }) => key === path[2]) && !view.isOpen(settingsPath, false))
          view.setOpen(settingsPath, true)
      }),
    [view, known],
  )
  const set = countSet(annotations, known)
  const isKnown = (key: string): boolean => known.some((annotation) => annotation.key === key)
  return (
    <div className={styles.fields}>
      <NameField />
      <Collapse
        open={moreOpen}
        toggle={() => view.setOpen(metadataPath, !moreOpen)}
        summary={`Labels and annotations (${summaryOf(labels)})`}
        labelledBy=""
        path={metadataPath}
        except="name"
      >
        <div className={styles.fields}>
          <MapEditor node={labelsNode} path={labelsPath} keyProblem={keyProblem} />
          <MapEditor node={annotationsNode} path={annotationsPath} keyProblem={keyProblem} hide={isKnown} />
        </div>
      </Collapse>
      {known.length > 0 ? (
        <Collapse
          open={settingsOpen}
          toggle={() => view.setOpen(settingsPath, !settingsOpen)}
          summary={`Config Connector settings (${set === 0 ? 'not set' : `${set} set`})`}
          labelledBy=""
          path={settingsPath}
        >
          <div className={styles.fields}>
            {known.map((annotation) => (
              <AnnotationEditor key={annotation.key} annotation={annotation} />
            ))}
          </div>
        </Collapse>
      ) : null}
    </div>
  )
}

/** Apart from what stands below it: a key in the name draws the name alone. */
function NameField() {
  const { store, exists, nameLock } = useForm()
  const name = useValue(namePath)
  return (
    <FieldFrame node={nameNode} path={namePath} removable={false} locked={nameLock}>
      {(control) => (
        <input
          id={control.id}
          className={`${fieldStyles.input} ${fieldStyles.mono}`}
          autoComplete="off"
          spellCheck={false}
          disabled={control.disabled}
          aria-describedby={control.describedBy}
          aria-invalid={control.invalid}
          aria-required="true"
          value={typeof name === 'string' ? name : ''}
          // biome-ignore lint/a11y/noAutofocus: the first thing to fill in on a page one opened to fill in a form
          autoFocus={!exists && nameLock === undefined}
          onChange={(event) => store.set(namePath, event.target.value)}
        />
      )}
    </FieldFrame>
  )
}

const countSet = (annotations: unknown, known: readonly KnownAnnotation[]): number =>
  typeof annotations === 'object' && annotations !== null
    ? known.filter((annotation) => Object.hasOwn(annotations, annotation.key)).length
    : 0

function AnnotationEditor({ annotation }: { annotation: KnownAnnotation }) {
  const { store } = useForm()
  const path = useMemo(() => [...annotationsPath, annotation.key], [annotation])
  const value = useValue(path)
  const node: FieldNode = useMemo(
    () => ({
      ...text,
      key: annotation.key,
      label: annotation.label,
      ...(annotation.immutable ? { immutable: 'description' as const } : {}),
    }),
    [annotation],
  )
  const shown = typeof value === 'string' ? value : ''
  const name = useId()
  const problem = annotationProblem(annotation, shown)
  const write = (typed: string) => (typed === '' ? store.unset(path) : store.set(path, typed))
  return (
    <FieldFrame node={node} path={path} group={annotation.kind === 'switch'}>
      {(control) => (
        <>
          {annotation.kind === 'switch' && annotation.values ? (
            <div className={styles.segments} role="radiogroup" aria-labelledby={control.labelId} aria-describedby={control.describedBy}>
              {[...annotation.values, { value: '', label: 'not set' }].map((choice) => (
                <label key={choice.value} className={styles.segment} data-checked={shown === choice.value}>
                  <input
                    type="radio"
                    name={name}
                    disabled={control.disabled}
                    checked={shown === choice.value}
                    onChange={() => write(choice.value)}
                  />
                  {choice.label}
                </label>
              ))}
            </div>
          ) : annotation.values ? (
            <div className={fieldStyles.select}>
              <select
                id={control.id}
                className={fieldStyles.input}
                disabled={control.disabled}
                aria-describedby={control.describedBy}
                value={shown}
                onChange={(event) => write(event.target.value)}
              >
                <option value="">Not set</option>
                {shown !== '' && !annotation.values.some((choice) => choice.value === shown) ? (
                  <option value={shown}>{shown}</option>
                ) : null}
                {annotation.values.map((choice) => (
                  <option key={choice.value} value={choice.value}>
                    {choice.label}
                  </option>
                ))}
              </select>
              <Icon name="down" size={14} />
            </div>
          ) : (
            <input
              id={control.id}
              className={fieldStyles.input}
              inputMode={annotation.kind === 'seconds' ? 'numeric' : undefined}
              autoComplete="off"
              disabled={control.disabled}
              aria-describedby={control.describedBy}
              aria-invalid={problem ? true : undefined}
              value={shown}
              onChange={(event) => write(event.target.value)}
            />
          )}
          <p className={styles.note}>{annotation.explanation}</p>
          {problem ? <FieldError>{problem}</FieldError> : null}
        </>
      )}
    </FieldFrame>
  )
}

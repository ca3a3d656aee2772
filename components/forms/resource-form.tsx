'use client'

/** The form of a resource: its name, what is wrong, its fields. Stands inside a FormProvider. */
import { useQuery } from '@tanstack/react-query'
import { memo, useEffect, useMemo } from 'react'
import { queries } from '#components/data/queries.ts'
import { FieldEditor } from '#components/forms/field-editor.tsx'
import { linkedField } from '#components/forms/field-link.ts'
import { FormHints, useComplaints, useForm, useLocked } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { MetadataEditor } from '#components/forms/metadata-editor.tsx'
import { NestedFields } from '#components/forms/nested-field.tsx'
import { ObjectFields } from '#components/forms/object-editor.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import type { FieldError } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import { type FieldNode, fieldAt, type ObjectField } from '#lib/schema/field-tree.ts'

const specPath: JsonPath = ['spec']
const rootPath: JsonPath = []

export const ResourceForm = memo(function ResourceForm() {
  const { kind, cluster, view } = useForm()
  const locked = useLocked()
  const { data: hints } = useQuery(queries.kindHints(cluster, kind.key))
  useLinkedField()
  const spec = fieldAt(kind.root, specPath)
  // nearly every kind has a spec and nothing else: its fields stand in the form without a section around them
  const others = useMemo(() => (kind.root.type === 'object' ? kind.root.children.filter((child) => child.key !== 'spec') : []), [kind])
  return (
    <form
      className={styles.form}
      aria-label={`Fields of ${kind.title}`}
      aria-disabled={locked}
      data-large={view.isLarge || undefined}
      onSubmit={(event) => event.preventDefault()}
    >
      <ErrorSummary />
      <FormHints value={hints}>
        <NestedFields value={FieldEditor}>
          <MetadataEditor />
          {spec?.type === 'object' ? (
            <ObjectFields node={spec} path={specPath} />
          ) : spec ? (
            <FieldEditor node={spec} path={specPath} />
          ) : null}
          {others.length > 0 ? <Others nodes={others} /> : null}
        </NestedFields>
      </FormHints>
      {kind.root.type === 'free-form' ? (
        <p className={styles.warning}>This kind has no form: {kind.root.why} Write the manifest as YAML; the cluster judges it.</p>
      ) : null}
    </form>
  )
})

/** Goes to the field the page's address names, when the page opens and when the address changes. */
function useLinkedField(): void {
  const { view, kind } = useForm()
  useEffect(() => {
    const go = () => {
      const path = linkedField(window.location.hash, kind.root)
      if (path) view.reveal(path)
    }
    go()
    window.addEventListener('hashchange', go)
    return () => window.removeEventListener('hashchange', go)
  }, [view, kind])
}

const notSpec = ['apiVersion', 'kind', 'metadata', 'spec', 'status']

function Others({ nodes }: { nodes: FieldNode[] }) {
  const { kind } = useForm()
  const node: ObjectField = useMemo(() => ({ type: 'object', key: '', label: kind.title, children: nodes }), [kind, nodes])
  return <ObjectFields node={node} path={rootPath} exclude={notSpec} />
}

const isName = ({ path }: FieldError): boolean => path[0] === 'metadata' && path[1] === 'name'

/**
 * Every complaint with a way to its field. Nothing here waits for a click to be seen. What is wrong with the name alone is said at the
 * name, right below: a summary that comes and goes would move the field somebody types into.
 */
export function ErrorSummary() {
  const { store, view } = useForm()
  const { all } = useComplaints(store)
  if (all.every(isName)) return null
  const wrong = all.filter((error) => !error.hint).length
  const shown = all.slice(0, 8)
  return (
    <section className={styles.summary} data-guess={wrong === 0 || undefined} aria-label="What is not right yet" aria-live="polite">
      <p>
        <Icon name={wrong > 0 ? 'failed' : 'warning'} size={14} />
        {wrong > 0 ? `${counted(wrong, 'thing')} to put right` : `${counted(all.length, 'rule')} probably broken; the dry run decides`}
      </p>
      <ul>
        {shown.map((error) => (
          <li key={`${JSON.stringify(error.path)}${error.message}`}>
            {error.path.length === 0 ? (
              error.message
            ) : (
              <button type="button" onClick={() => view.reveal(error.path)}>
                <code>{fieldPath(error.path)}</code> {error.message}
              </button>
            )}
          </li>
        ))}
      </ul>
      {all.length > shown.length ? <p>and {all.length - shown.length} more</p> : null}
    </section>
  )
}

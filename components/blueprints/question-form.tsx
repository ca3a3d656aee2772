'use client'

/** The form of a blueprint: its questions, with the editors every field has. Stands inside a FormProvider. */
import { useMemo, useSyncExternalStore } from 'react'
import { FieldEditor } from '#components/forms/field-editor.tsx'
import { FormHints, useForm, useLocked } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { NestedFields } from '#components/forms/nested-field.tsx'
import { ErrorSummary } from '#components/forms/resource-form.tsx'
import type { Question } from '#lib/blueprint/blueprint.ts'
import { askedQuestions } from '#lib/blueprint/fill-blueprint.ts'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import { childrenOf } from '#lib/schema/field-tree.ts'

export function QuestionForm({ questions }: { questions: readonly Question[] }) {
  const { kind, store } = useForm()
  const locked = useLocked()
  // the names, as one text: a key that changes none of them draws nothing here
  const read = () =>
    askedQuestions(questions, kind.root, store.state().value)
      .map(({ name }) => name)
      .join(' ')
  const asked = useSyncExternalStore(store.subscribe, read, read).split(' ')
  // a path must stay the same array from one drawing to the next
  const fields = useMemo(() => childrenOf(kind.root).map((node) => ({ node, path: [node.key] })), [kind])
  const help: KindHints = useMemo(
    () => ({
      kind: kind.key,
      curated: false,
      fields: questions.flatMap(({ name, help }) => (help === undefined ? [] : [{ path: [name], help }])),
    }),
    [kind, questions],
  )
  return (
    <form
      className={styles.form}
      aria-label={`Questions of ${kind.title}`}
      aria-disabled={locked}
      onSubmit={(event) => event.preventDefault()}
    >
      <ErrorSummary />
      <FormHints value={help}>
        <NestedFields value={FieldEditor}>
          {fields.map(({ node, path }) =>
            asked.includes(node.key) ? <FieldEditor key={node.key} node={node} path={path} removable={false} /> : null,
          )}
        </NestedFields>
      </FormHints>
    </form>
  )
}

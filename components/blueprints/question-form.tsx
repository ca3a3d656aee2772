'use client'

/** The form of a blueprint: its questions, with the editors every field has. Stands inside a FormProvider. */
import { useSyncExternalStore } from 'react'
import { FieldEditor } from '#components/forms/field-editor.tsx'
import { useForm, useLocked } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { NestedFields } from '#components/forms/nested-field.tsx'
import { ErrorSummary } from '#components/forms/resource-form.tsx'
import type { Question } from '#lib/blueprint/blueprint.ts'
import { askedQuestions } from '#lib/blueprint/fill-blueprint.ts'
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'
import own from './blueprints.module.css'

export function QuestionForm({ questions }: { questions: readonly Question[] }) {
  const { kind, store } = useForm()
  const locked = useLocked()
  // the names, as one text: a key that changes none of them draws nothing here
  const read = () =>
    askedQuestions(questions, kind.root, store.state().value)
      .map(({ name }) => name)
      .join(' ')
  const asked = useSyncExternalStore(store.subscribe, read, read).split(' ')
  const nodes = new Map(childrenOf(kind.root).map((child) => [child.key, child]))
  return (
    <form
      className={styles.form}
      aria-label={`Questions of ${kind.title}`}
      aria-disabled={locked}
      onSubmit={(event) => event.preventDefault()}
    >
      <ErrorSummary />
      <NestedFields value={FieldEditor}>
        {questions.map(({ name, help }) => {
          const node = nodes.get(name)
          return node && asked.includes(name) ? <AskedQuestion key={name} node={node} help={help} /> : null
        })}
      </NestedFields>
    </form>
  )
}

function AskedQuestion({ node, help }: { node: FieldNode; help: string | undefined }) {
  return (
    <div className={own.question}>
      <FieldEditor node={node} path={pathOf(node.key)} removable={false} />
      {help ? <p className={own.help}>{help}</p> : null}
    </div>
  )
}

// a path must stay the same array from one drawing to the next
const paths = new Map<string, string[]>()
function pathOf(name: string): string[] {
  const known = paths.get(name) ?? [name]
  paths.set(name, known)
  return known
}

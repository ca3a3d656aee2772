'use client'

import { type ReactNode, useId, useState } from 'react'
import { FieldMenu } from '#components/forms/field-menu.tsx'
import { fieldState } from '#components/forms/field-state.ts'
import { lockedReason, useForm, useHints, useLocked, useSaid, useSaidHere, useShape } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { yamlText } from '#components/forms/yaml-text.ts'
import { Badge } from '#components/ui/badge.tsx'
import { IconButton } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { FieldError } from '#components/ui/field.tsx'
import { Icon } from '#components/ui/icons.tsx'
import { hintAt } from '#lib/blueprint/kind-hints.ts'
import { type Json, type JsonPath, sameJson } from '#lib/json.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import { fieldAdvice } from '#lib/schema/field-advice.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** What a control must carry so that its label, description and complaints are read with it. */
export interface Control {
  id: string
  labelId: string
  disabled: boolean
  describedBy: string | undefined
  invalid: true | undefined
  /** Whether something is wrong at the control that writes these keys of the field. Of the field itself: `''`. */
  invalidAt: (...keys: string[]) => true | undefined
}

/**
 * Around every field: its name, what the schema says of it (opened by ⓘ, under the field, not over it), what state it is
 * in (unset with a default, empty, null, locked), its complaints, and what can be done with it. Unset, empty and null
 * are three different things and look different.
 */
export function FieldFrame({
  node,
  path,
  group,
  removable = true,
  locked: lockedBy,
  children,
}: {
  node: FieldNode
  path: JsonPath
  /** The control is several controls: the label names a group. */
  group?: boolean
  removable?: boolean
  /** Why it cannot be changed, where the schema does not say so. */
  locked?: string | undefined
  children: (control: Control) => ReactNode
}) {
  const { store, view, exists } = useForm()
  const value = useShape(path)
  // these are drawn as one field: what is inside has no frame of its own
  const said = useSaidHere(path, node.type === 'reference' || node.type === 'secret-or-literal')
  const wrong = said.filter(({ hint }) => !hint)
  // of the value and not of its shape: in a reference the words follow what is in it
  const advice = useSaid(path, (now) => fieldAdvice(node, now) ?? '')
  const locked = useLocked()
  const id = useId()
  const [told, setTold] = useState(false)
  const reason = lockedReason(node, exists) ?? lockedBy
  const hints = useHints()
  const hint = hints && hintAt(hints, path)
  const recommended = hint?.recommended
  const isAsRecommended = useSaid(path, (now) => recommended !== undefined && sameJson(now, recommended))

  const describedBy = classNames(
    hint?.help ? `${id}-hint` : null,
    told ? `${id}-about` : null,
    said.length > 0 ? `${id}-errors` : null,
    advice ? `${id}-advice` : null,
    reason ? `${id}-lock` : null,
  )
  const control: Control = {
    id,
    labelId: `${id}-label`,
    disabled: locked || reason !== undefined,
    describedBy: describedBy || undefined,
    invalid: wrong.length > 0 ? true : undefined,
    invalidAt: (...keys) => (wrong.some(({ key }) => keys.includes(key)) ? true : undefined),
  }
  const label = node.label || node.key || 'Value'
  const isSection = node.type === 'object' || node.type === 'list' || node.type === 'map'
  // beneath a control; above several, where it is not lost below them
  const hinted = hint ? (
    <>
      {recommended !== undefined && !control.disabled && !isAsRecommended ? (
        <Recommended value={recommended} use={() => store.set(path, recommended)} />
      ) : null}
      {hint.help ? (
        <p id={`${id}-hint`} className={styles.note}>
          {hint.help}
        </p>
      ) : null}
    </>
  ) : null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices where the focus is
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the name is there only with the role group
    <div
      className={styles.field}
      data-field={JSON.stringify(path)}
      role={group ? 'group' : undefined}
      aria-labelledby={group ? control.labelId : undefined}
      onFocus={(event) => {
        event.stopPropagation()
        view.setFocused(path)
      }}
    >
      <div className={styles.head}>
        <label id={control.labelId} htmlFor={group ? undefined : id} className={styles.label}>
          {label}
          {node.required ? (
            <span className={styles.required} title="Required">
              {' '}
              *<span className="visually-hidden"> required</span>
            </span>
          ) : null}
        </label>
        <State node={node} value={value} asRecommended={isAsRecommended} />
        <span className={styles.tools}>
          {node.description || node.rules ? (
            <IconButton
              icon="info"
              size="small"
              label={told ? `Hide what ${label} means` : `What ${label} means`}
              aria-expanded={told}
              aria-controls={`${id}-about`}
              onClick={() => setTold(!told)}
            />
          ) : null}
          <FieldMenu node={node} path={path} disabled={control.disabled} removable={removable} />
        </span>
      </div>
      {isSection ? hinted : null}
      {children(control)}
      {isSection ? null : hinted}
      {told ? <About id={`${id}-about`} node={node} path={path} /> : null}
      {reason ? (
        <p id={`${id}-lock`} className={styles.note}>
          {reason}
        </p>
      ) : null}
      {node.deprecated ? <p className={styles.warning}>Deprecated: {node.deprecated}</p> : null}
      {said.length > 0 ? (
        <div id={`${id}-errors`}>
          {said.map(({ message, hint: guess }) =>
            guess ? (
              <p key={message} className={styles.warning}>
                {message}
              </p>
            ) : (
              <FieldError key={message}>{message}</FieldError>
            ),
          )}
        </div>
      ) : null}
      {advice ? (
        <p id={`${id}-advice`} className={styles.warning}>
          {advice}
        </p>
      ) : null}
    </div>
  )
}

function State({ node, value, asRecommended }: { node: FieldNode; value: Json | undefined; asRecommended: boolean }) {
  const state = fieldState(node, value)
  // a section says on its own line what is in it, and the answers of a boolean hold "not set"
  if (node.type === 'object' && value !== null) return null
  if (node.type === 'boolean' && state?.look === 'quiet') return null
  if (state?.look === 'quiet') return <span className={styles.state}>{state.words}</span>
  if (state) return <Badge tone={state.look === 'default' ? 'blue' : 'grey'}>{state.words}</Badge>
  return asRecommended ? <span className={styles.state}>as recommended</span> : null
}

/** A value the company recommends, one click away. It is never written by itself. */
function Recommended({ value, use }: { value: Json; use: () => void }) {
  const text = yamlText(value).replace(/\n */g, ', ')
  return (
    <div className={styles.recommendedRow}>
      <button type="button" className={styles.recommended} onClick={use}>
        <Icon name="check" size={14} />
        <span>Use the recommended value</span>
        <code>{text.length > 60 ? `${text.slice(0, 59)}…` : text}</code>
      </button>
    </div>
  )
}

function About({ id, node, path }: { id: string; node: FieldNode; path: JsonPath }) {
  const values = node.mined?.values
  return (
    <div id={id} className={styles.about}>
      {node.description ? <p>{node.description}</p> : null}
      <p>
        <code>{path.join('.')}</code> · {explainField(node)}
        {node.immutable ? ' · cannot be changed after creation' : ''}
        {node.mined?.default ? ` · default ${node.mined.default}` : ''}
        {node.mined?.example ? ` · for example ${node.mined.example}` : ''}
      </p>
      {values ? <p>The description names: {values.join(', ')}.</p> : null}
      {node.rules?.map((rule) => (
        <p key={rule.rule}>The cluster also checks: {rule.message ?? <code>{rule.rule}</code>}</p>
      ))}
    </div>
  )
}

'use client'

import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { pathKey } from '#components/create/manifest-store.ts'
import { lockedReason, useForm, useLocked, useMessages, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { Badge } from '#components/ui/badge.tsx'
import { IconButton } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { FieldError } from '#components/ui/field.tsx'
import { Menu, MenuItem } from '#components/ui/menu.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { CorbelError } from '#lib/errors.ts'
import type { Json, JsonPath } from '#lib/json.ts'
import { type ManifestFile, parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { defaultStyle, printMap } from '#lib/manifest/print-value.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** What a control must carry so that its label, description and complaints are read with it. */
export interface Control {
  id: string
  labelId: string
  disabled: boolean
  describedBy: string | undefined
  invalid: true | undefined
}

const showValue = (value: Json): string => (typeof value === 'string' ? value || '""' : JSON.stringify(value))

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
  children,
}: {
  node: FieldNode
  path: JsonPath
  /** The control is several controls: the label names a group. */
  group?: boolean
  removable?: boolean
  children: (control: Control) => ReactNode
}) {
  const { store, view, editing } = useForm()
  const value = useValue(path)
  const messages = useMessages(path)
  const isHint = (message: string) => store.complaints().all.some((complaint) => complaint.hint && complaint.message === message)
  const locked = useLocked()
  const id = useId()
  const [told, setTold] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const reason = lockedReason(node, editing)
  useFocusWhenAsked(frame, path)

  const describedBy = classNames(told ? `${id}-about` : null, messages.length > 0 ? `${id}-errors` : null, reason ? `${id}-lock` : null)
  const control: Control = {
    id,
    labelId: `${id}-label`,
    disabled: locked || reason !== undefined,
    describedBy: describedBy || undefined,
    invalid: messages.every(isHint) ? undefined : true,
  }
  const remove = () => {
    store.unset(path)
    view.forget(path)
  }
  const label = node.label || node.key || 'Value'
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices where the focus is
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the name is there only with the role group
    <div
      ref={frame}
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
        <FieldState node={node} value={value} />
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
          {removable ? <FieldMenu node={node} path={path} value={value} disabled={control.disabled} remove={remove} /> : null}
        </span>
      </div>
      {children(control)}
      {told ? <About id={`${id}-about`} node={node} path={path} /> : null}
      {reason ? (
        <p id={`${id}-lock`} className={styles.note}>
          {reason}
        </p>
      ) : null}
      {node.deprecated ? <p className={styles.warning}>Deprecated: {node.deprecated}</p> : null}
      {messages.length > 0 ? (
        <div id={`${id}-errors`}>
          {messages.map((message) =>
            isHint(message) ? (
              <p key={message} className={styles.warning}>
                {message}
              </p>
            ) : (
              <FieldError key={message}>{message}</FieldError>
            ),
          )}
        </div>
      ) : null}
    </div>
  )
}

/** Scrolls to a field and puts the focus into its first control when somebody asked for it. */
function useFocusWhenAsked(frame: React.RefObject<HTMLDivElement | null>, path: JsonPath): void {
  const { view } = useForm()
  const done = useRef(0)
  useEffect(() => {
    const look = () => {
      const request = view.request()
      if (!request || request.at === done.current || pathKey(request.path) !== pathKey(path)) return
      done.current = request.at
      const element = frame.current
      element?.scrollIntoView({ block: 'center' })
      element?.querySelector<HTMLElement>('input, select, textarea, button[data-first]')?.focus({ preventScroll: true })
    }
    look()
    return view.subscribeAt(path, look)
  }, [view, path, frame])
}

function FieldState({ node, value }: { node: FieldNode; value: Json | undefined }) {
  const fallback = node.default !== undefined ? showValue(node.default) : node.mined?.default
  if (value === null) return <Badge>null</Badge>
  // a required text starts out empty: that it is missing is said elsewhere
  if (value === '' && !node.required) return <Badge>empty text</Badge>
  if (value === undefined && fallback !== undefined) return <Badge>default {fallback}</Badge>
  return null
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

function FieldMenu({
  node,
  path,
  value,
  disabled,
  remove,
}: {
  node: FieldNode
  path: JsonPath
  value: Json | undefined
  disabled: boolean
  remove: () => void
}) {
  const { store } = useForm()
  const label = node.label || node.key
  const copy = async () => {
    const text =
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? printMap(value, 0, defaultStyle).join('\n')
        : JSON.stringify(value)
    await navigator.clipboard.writeText(text)
    showToast(`${label} copied as YAML`)
  }
  const paste = async () => {
    let file: ManifestFile
    try {
      file = parseManifestFile(await navigator.clipboard.readText())
    } catch (error) {
      const refused = 'The browser does not let this page read the clipboard. Paste into the field or the YAML instead.'
      return showToast(error instanceof CorbelError ? error.message : refused, 'bad')
    }
    const problem = file.problems.find((candidate) => candidate.severity === 'error')
    const pasted = file.documents[0]?.value
    if (problem || pasted === undefined)
      return showToast(problem ? `The clipboard is no YAML: line ${problem.line}: ${problem.message}` : 'The clipboard is empty.', 'bad')
    store.set(path, pasted)
  }
  return (
    <Menu
      label={`Actions for ${label}`}
      trigger={(button) => <IconButton {...button} icon="more" size="small" label={`Actions for ${label}`} />}
    >
      <MenuItem disabled={disabled || value === undefined} onSelect={remove}>
        Take out
      </MenuItem>
      {node.type === 'string' ? (
        <MenuItem disabled={disabled || value === ''} onSelect={() => store.set(path, '')}>
          Set to empty text
        </MenuItem>
      ) : null}
      {node.nullable ? (
        <MenuItem disabled={disabled || value === null} onSelect={() => store.set(path, null)}>
          Set to null
        </MenuItem>
      ) : null}
      <MenuItem disabled={value === undefined} onSelect={() => void copy()}>
        Copy as YAML
      </MenuItem>
      <MenuItem disabled={disabled} onSelect={() => void paste()}>
        Paste YAML here
      </MenuItem>
    </Menu>
  )
}

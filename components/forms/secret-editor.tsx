'use client'

/** Editor of sensitive values: a key of a Secret in the cluster, or, with a warning, a value that ends in Git. */
import { useId, useState } from 'react'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { classNames } from '#components/ui/class-names.ts'
import fieldStyles from '#components/ui/field.module.css'
import { isObject, type JsonPath, textAt } from '#lib/json.ts'
import type { SecretField } from '#lib/schema/field-tree.ts'

export function SecretEditor({ node, path, removable }: { node: SecretField; path: JsonPath; removable?: boolean }) {
  const { store } = useForm()
  const value = useValue(path)
  const group = useId()
  const hasLiteral = isObject(value) && Object.hasOwn(value, 'value')
  const [wished, setWished] = useState<boolean | null>(null)
  const literal = wished ?? hasLiteral
  const setKey = (key: 'name' | 'key', typed: string) => {
    const before = {
      name: textAt(value, 'valueFrom', 'secretKeyRef', 'name') ?? '',
      key: textAt(value, 'valueFrom', 'secretKeyRef', 'key') ?? '',
    }
    store.set(path, { valueFrom: { secretKeyRef: { ...before, [key]: typed } } })
  }
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.reference}>
          <div className={styles.segments} role="radiogroup" aria-labelledby={control.labelId}>
            <label className={styles.segment} data-checked={!literal}>
              <input type="radio" name={group} disabled={control.disabled} checked={!literal} onChange={() => setWished(false)} />
              from a Secret
            </label>
            <label className={styles.segment} data-checked={literal}>
              <input type="radio" name={group} disabled={control.disabled} checked={literal} onChange={() => setWished(true)} />
              literal
            </label>
          </div>
          {literal ? (
            <>
              <input
                type="password"
                className={fieldStyles.input}
                aria-label={`${node.label} as a literal value`}
                autoComplete="new-password"
                disabled={control.disabled}
                value={textAt(value, 'value') ?? ''}
                onChange={(event) => store.set(path, { value: event.target.value })}
              />
              <p className={styles.warning}>
                This value would stand readable in Git for everybody who may read the repository. Use a Secret wherever you can.
              </p>
            </>
          ) : (
            <div className={styles.pair}>
              {(['name', 'key'] as const).map((key) => (
                <input
                  key={key}
                  className={classNames(fieldStyles.input, fieldStyles.mono)}
                  aria-label={key === 'name' ? `Name of the Secret for ${node.label}` : `Key in the Secret for ${node.label}`}
                  placeholder={key === 'name' ? 'name of the Secret' : 'key in it'}
                  autoComplete="off"
                  spellCheck={false}
                  disabled={control.disabled}
                  value={textAt(value, 'valueFrom', 'secretKeyRef', key) ?? ''}
                  onChange={(event) => setKey(key, event.target.value)}
                />
              ))}
            </div>
          )}
        </div>
      )}
    </FieldFrame>
  )
}

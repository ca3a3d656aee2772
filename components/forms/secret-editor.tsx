'use client'

/** Editor of sensitive values: a key of a Secret in the cluster, or, with a warning, a value that ends in Git. */
import { useId, useState } from 'react'
import { FieldFrame } from '#components/forms/field-frame.tsx'
import { useForm, useValue } from '#components/forms/form-context.tsx'
import styles from '#components/forms/forms.module.css'
import { withSecretKey, writeParts } from '#components/forms/write-parts.ts'
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
  // some kinds take secrets from a Secret only
  const mayBeLiteral = node.children.some(({ key }) => key === 'value')
  const literal = (wished ?? hasLiteral) && mayBeLiteral
  const mayGo = removable !== false && !node.required
  const setLiteral = (typed: string) => {
    setWished(true) // a cleared one is a literal still
    writeParts(store, path, typed === '' ? {} : { value: typed }, mayGo)
  }
  const setKey = (key: 'name' | 'key', typed: string) => writeParts(store, path, withSecretKey(value, key, typed), mayGo)
  return (
    <FieldFrame node={node} path={path} removable={removable} group>
      {(control) => (
        <div className={styles.reference}>
          {mayBeLiteral ? (
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
          ) : null}
          {literal ? (
            <div data-field={JSON.stringify([...path, 'value'])} className={styles.reference}>
              <input
                type="password"
                className={fieldStyles.input}
                aria-label={`${node.label} as a literal value`}
                aria-describedby={control.describedBy}
                aria-invalid={control.invalidAt('', 'value')}
                autoComplete="new-password"
                disabled={control.disabled}
                value={textAt(value, 'value') ?? ''}
                onChange={(event) => setLiteral(event.target.value)}
              />
              <p className={styles.warning}>
                This value would stand readable in Git for everybody who may read the repository. Use a Secret wherever you can.
              </p>
            </div>
          ) : (
            <div className={styles.pair}>
              {(['name', 'key'] as const).map((key) => (
                <div key={key} data-field={JSON.stringify([...path, 'valueFrom', 'secretKeyRef', key])} className={styles.part}>
                  <input
                    className={classNames(fieldStyles.input, fieldStyles.mono)}
                    aria-label={key === 'name' ? `Name of the Secret for ${node.label}` : `Key in the Secret for ${node.label}`}
                    aria-describedby={control.describedBy}
                    aria-invalid={control.invalidAt('', 'valueFrom', 'secretKeyRef', key)}
                    placeholder={key === 'name' ? 'name of the Secret' : 'key in it'}
                    autoComplete="off"
                    spellCheck={false}
                    disabled={control.disabled}
                    value={textAt(value, 'valueFrom', 'secretKeyRef', key) ?? ''}
                    onChange={(event) => setKey(key, event.target.value)}
                  />
                </div>
              ))}
            </div>
          )}
        </div>
      )}
    </FieldFrame>
  )
}

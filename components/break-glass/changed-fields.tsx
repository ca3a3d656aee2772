import { Value } from '#components/create/merge-value.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { fieldPath } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { ChangedField, SessionChange } from '#lib/break-glass/contract.ts'
import type { Json } from '#lib/json.ts'
import styles from './break-glass.module.css'

const asJson = (value: unknown) => value as Json | undefined // it came as JSON, so it is Json

type Row = SessionChange['fields'][number] & Partial<Pick<ChangedField, 'owner' | 'immutable' | 'pins'>>

/** Changed fields, one a row: before, after, and where it is known who holds the field and what is special about it. */
export function ChangedFields({ fields, label }: { fields: readonly Row[]; label: string }) {
  const owned = fields.some(({ owner }) => owner !== undefined)
  return (
    <div className={styles.changes}>
      <table className={styles.stacked}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            {owned ? <th scope="col">Held by</th> : null}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={JSON.stringify(field.path)}>
              <td>
                <code>{fieldPath(field.path)}</code>
                {field.immutable || field.pins ? (
                  <div className={styles.badges}>
                    {field.immutable ? (
                      <Badge tone="red" icon="failed">
                        Cannot change
                      </Badge>
                    ) : null}
                    {field.pins ? (
                      <Badge tone="amber" icon="warning">
                        Pins it
                      </Badge>
                    ) : null}
                  </div>
                ) : null}
                {field.immutable ? <p className={styles.small}>{field.immutable}</p> : null}
                {field.pins ? (
                  <p className={styles.small}>The controller chose this value. Once you set it, it is no longer chosen for you.</p>
                ) : null}
              </td>
              <td className={styles.before} data-label="before">
                <Value value={asJson(field.before)} />
              </td>
              <td className={styles.after} data-label="after">
                <Value value={asJson(field.after)} />
              </td>
              {owned ? (
                <td data-label="held by">
                  {field.owner ? (
                    <>
                      <code>{field.owner.manager}</code>{' '}
                      <span className={styles.small}>
                        <RelativeTime at={field.owner.at} />
                      </span>
                    </>
                  ) : (
                    <span className={styles.muted}>nobody</span>
                  )}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

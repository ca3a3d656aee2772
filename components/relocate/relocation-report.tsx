import { Badge } from '#components/ui/badge.tsx'
import fieldStyles from '#components/ui/field.module.css'
import { fieldPath } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { Relocated } from '#lib/manifest/relocate-manifest.ts'
import { pathKey, type ReferenceChoice, type RelocatedReference } from '#lib/manifest/relocate-references.ts'
import styles from './relocate.module.css'

/** What a relocation changes and why, what to look at, and where each reference leads, to be chosen otherwise. */
export function RelocationReport({
  relocated,
  choose,
}: {
  relocated: Relocated
  choose: (path: RelocatedReference['path'], choice: ReferenceChoice) => void
}) {
  const { references, flags, changes } = relocated
  const ofReferences = new Set(references.map(({ path }) => pathKey(path)))
  const others = changes.filter(({ path }) => !ofReferences.has(pathKey(path)))
  return (
    <>
      {flags.length > 0 ? (
        <Section title="Look at these">
          <ul className={styles.list}>
            {flags.map((flag) => (
              <Change key={`${pathKey(flag.path)}${flag.what}`} {...flag}>
                <Badge tone={flag.severity === 'problem' ? 'red' : 'amber'} icon={flag.severity === 'problem' ? 'failed' : 'warning'}>
                  {flag.severity === 'problem' ? 'will not work' : 'check'}
                </Badge>
              </Change>
            ))}
          </ul>
        </Section>
      ) : null}
      {references.length > 0 ? (
        <Section title="References">
          <ul className={styles.list}>
            {references.map((reference) => (
              <Reference key={pathKey(reference.path)} reference={reference} choose={choose} />
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="What changes in the manifest">
        {others.length === 0 ? (
          <p className={styles.quiet}>Nothing besides its references.</p>
        ) : (
          <ul className={styles.list}>
            {others.map((change) => (
              <Change key={`${pathKey(change.path)}${change.what}`} {...change} />
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}

function Change({ what, why, children }: { what: string; why: string; children?: React.ReactNode }) {
  return (
    <li>
      <span className={styles.head}>
        {children}
        <strong>{sentence(what)}</strong>
      </span>
      <span className={styles.quiet}>{why}</span>
    </li>
  )
}

/** Begins a sentence, unless it begins with a field or a name. */
const sentence = (words: string): string =>
  /^(?:the|it|nobody) /.test(words) ? `${words.charAt(0).toUpperCase()}${words.slice(1)}` : words

function Reference({
  reference: { path, kinds, means, options, chosen, why, attention },
  choose,
}: {
  reference: RelocatedReference
  choose: (path: RelocatedReference['path'], choice: ReferenceChoice) => void
}) {
  const field = fieldPath(path)
  return (
    <li>
      <span className={styles.head}>
        {attention ? (
          <Badge tone="amber" icon="warning">
            check
          </Badge>
        ) : null}
        <code>{field}</code>
        <span>
          {kinds.length === 1 ? `${kinds[0]} ` : ''}
          {means}
        </span>
      </span>
      {options.length > 1 ? (
        <span className={fieldStyles.select}>
          <select
            className={fieldStyles.input}
            aria-label={`${field} points to`}
            value={chosen}
            onChange={(event) => {
              const option = options.find(({ choice }) => choice === event.target.value)
              if (option) choose(path, option.choice)
            }}
          >
            {options.map(({ choice, words }) => (
              <option key={choice} value={choice}>
                {words}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </span>
      ) : (
        <span>{options[0]?.words}</span>
      )}
      <span className={styles.quiet}>{why}</span>
    </li>
  )
}

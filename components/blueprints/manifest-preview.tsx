'use client'

/** What the answers make: each manifest as YAML, with what the API server says about it. */
import Link from 'next/link'
import { DryRunProblems } from '#components/create/dry-run-problems.tsx'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge } from '#components/ui/badge.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { counted, kindOf } from '#components/ui/format.ts'
import styles from './blueprints.module.css'
import type { FilledVerdict, JudgedManifest } from './filled-verdicts.ts'

export function ManifestPreview({ judged, at }: { judged: readonly JudgedManifest[]; at: { cluster: string; namespace: string } }) {
  return (
    <section className={styles.preview} aria-label="What your answers make">
      <h2>{judged.length === 1 ? 'The manifest' : counted(judged.length, 'manifest')}</h2>
      {judged.map(({ manifest, text, verdict }) => {
        const address = { ...at, kind: manifest.kind, name: manifest.name }
        return (
          <details key={`${manifest.id}/${manifest.position ?? ''}`} className={styles.manifest} open>
            <summary>
              <span className={styles.what}>
                <strong>{manifest.title}</strong>
                <span>
                  {kindOf(manifest.kind)} {manifest.name ? <code>{manifest.name}</code> : null}
                </span>
              </span>
              <VerdictBadge verdict={verdict} />
            </summary>
            <Said verdict={verdict}>{verdict.state === 'taken' ? <Link href={pagePaths.resource(address)}>Look at it</Link> : null}</Said>
            <div className={styles.yaml}>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must by keyboard too */}
              <section tabIndex={0} aria-label={`${manifest.title} as YAML`}>
                <pre>{text}</pre>
              </section>
              <CopyButton text={text} label={`Copy ${manifest.title} as YAML`} />
            </div>
          </details>
        )
      })}
    </section>
  )
}

function VerdictBadge({ verdict }: { verdict: FilledVerdict }) {
  switch (verdict.state) {
    case 'unfinished':
      return <Badge>not complete</Badge>
    case 'asking':
      return <Badge icon="progressing">dry run…</Badge>
    case 'accepted':
      return verdict.warnings.length > 0 ? (
        <Badge tone="amber" icon="warning">
          accepted with warnings
        </Badge>
      ) : (
        <Badge tone="green" icon="check">
          accepted
        </Badge>
      )
    case 'refused':
      return (
        <Badge tone="red" icon="failed">
          refused
        </Badge>
      )
    case 'unavailable':
      return (
        <Badge tone="amber" icon="warning">
          no dry run
        </Badge>
      )
    case 'taken':
      return verdict.shared ? (
        <Badge icon="check">exists already</Badge>
      ) : (
        <Badge tone="red" icon="failed">
          name is taken
        </Badge>
      )
    default:
      return verdict satisfies never
  }
}

function Said({ verdict, children }: { verdict: FilledVerdict; children: React.ReactNode }) {
  switch (verdict.state) {
    case 'accepted':
      return verdict.warnings.length > 0 ? <p className={styles.said}>{verdict.warnings.join(' ')}</p> : null
    case 'refused':
      return (
        <div className={styles.said} data-tone="bad">
          <DryRunProblems dryRun={verdict} />
        </div>
      )
    case 'unfinished':
    case 'unavailable':
      return <p className={styles.said}>{verdict.message}</p>
    case 'taken':
      return (
        <p className={styles.said} data-tone={verdict.shared ? undefined : 'bad'}>
          {verdict.shared
            ? 'The project has it already, and one is enough: it is left as it is.'
            : 'The project has one of this kind and name already. Choose other answers.'}{' '}
          {children}
        </p>
      )
    case 'asking':
      return null
    default:
      return verdict satisfies never
  }
}

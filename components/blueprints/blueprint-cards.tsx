'use client'

import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge } from '#components/ui/badge.tsx'
import { counted, kindOf } from '#components/ui/format.ts'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { BlueprintList, BlueprintSummary } from '#lib/catalogue/contract.ts'
import styles from './blueprints.module.css'

const icons: Record<string, IconName> = {
  bucket: 'bucket',
  message: 'message',
  database: 'database',
  table: 'table',
  person: 'person',
  memory: 'memory',
  network: 'network',
}

/** Blueprints to choose from, each with what it makes. */
export function BlueprintCards({
  blueprints,
  project,
}: {
  blueprints: readonly BlueprintSummary[]
  project: { cluster: string; namespace: string }
}) {
  return (
    <ul className={styles.cards}>
      {blueprints.map(({ name, title, description, icon, kinds, restricted }) => (
        <li key={name}>
          <Link href={pagePaths.blueprint(name, project)} className={styles.card} data-kind={name} prefetch={false}>
            <Icon name={icons[icon] ?? 'resources'} size={20} />
            <strong>{title}</strong>
            <span className={styles.about}>{description}</span>
            <span className={styles.makes}>
              {kinds.map(kindOf).join(', ')}
              {restricted ? <> · for some groups only</> : null}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** What the authors of blueprints must mend; nobody else sees it. */
export function BrokenBlueprints({ broken, troubles }: Pick<BlueprintList, 'broken' | 'troubles'>) {
  if (broken.length === 0 && troubles.length === 0) return null
  return (
    <Section title="Blueprints to mend">
      {troubles.map(({ source, message }) => (
        <Banner key={source} tone="amber">
          {source}: {message}
        </Banner>
      ))}
      {broken.length > 0 ? (
        <>
          <p>Only their authors and the platform team see these; others are not offered them.</p>
          <ul className={styles.broken}>
            {broken.map(({ name, source, path, url, problems }) => (
              <li key={`${source} ${path} ${name}`}>
                <span>
                  <strong>{name}</strong> · {source} · {url ? <a href={url}>{path}</a> : <code>{path}</code>}{' '}
                  <Badge tone="red" icon="failed">
                    {counted(problems.length, 'problem')}
                  </Badge>
                </span>
                <ol>
                  {problems.map(({ line, message }) => (
                    <li key={`${line} ${message}`}>
                      Line {line}: {message}
                    </li>
                  ))}
                </ol>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Section>
  )
}

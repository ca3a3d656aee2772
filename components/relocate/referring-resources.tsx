/** The resources that refer by name to one that is renamed or moved: shown, and rewritten in the same pull request. */
import { type QueryClient, useQueries } from '@tanstack/react-query'
import { ApiProblem } from '#components/data/api-problem.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { counted } from '#components/ui/format.ts'
import { Section } from '#components/ui/page-header.tsx'
import type { Dependent, ResourceRelations } from '#lib/inventory/contract.ts'
import type { Whereabouts } from '#lib/manifest/relocate-references.ts'
import { isFixedReference, renameReferences } from '#lib/manifest/rename-references.ts'
import type { ResourceChange } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { DependentList } from './dependents.tsx'
import styles from './relocate.module.css'
import { oneDocument, readOther } from './use-relocation.ts'

/** Whether it refers by name: external values name the cloud resource, whose name stays. */
export const byName = ({ places }: Dependent): boolean => places.some(({ external }) => external === null)

/** Those of the referring resources of which some reference can change; of kinds not read yet it is hoped. */
export function useChangeable(referring: readonly Dependent[]): Dependent[] {
  const keys = [...new Map(referring.map(({ row }) => [`${row.cluster}/${row.kind}`, row])).values()]
  const kinds = useQueries({ queries: keys.map(({ cluster, kind }) => queries.kind(cluster, kind)) })
  return referring.filter(({ row, places }) => {
    const kind = kinds[keys.findIndex((each) => each.cluster === row.cluster && each.kind === row.kind)]?.data
    return !kind || places.some(({ path, external }) => external === null && !isFixedReference(kind, path))
  })
}

/** The changes of the referring manifests, and what could not be changed, in sentences. Throws ApiProblem when one cannot be read. */
export async function changesOfReferring(
  client: QueryClient,
  referring: readonly Dependent[],
  { kind, from, to }: { kind: CompiledKind; from: Whereabouts; to: Whereabouts },
): Promise<{ changes: ResourceChange[]; problems: string[] }> {
  const changes: ResourceChange[] = []
  const problems: string[] = []
  for (const { row } of referring) {
    const at: ResourceAddress = { cluster: row.cluster, namespace: row.namespace, kind: row.kind, name: row.name }
    try {
      const other = await readOther(client, at)
      const file = { text: other.source.text, document: other.source.document, kind: other.kind, namespace: row.namespace }
      const { text, changed, left } = renameReferences(file, { ...from, kindName: kind.kind, group: kind.group }, to)
      if (changed.length > 0)
        changes.push({ ...at, action: 'update', text: oneDocument(text, other.source.document), baseBlob: other.source.blob })
      problems.push(...left.map(({ path, why }) => `${row.kindName} ${row.name} keeps ${path.join('.')}: ${why}`))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code !== 'not-found') throw error
      problems.push(`${row.kindName} ${row.name} is not changed: ${error.detail}`)
    }
  }
  return { changes, problems }
}

export function ReferringSection({
  at,
  relations,
  failed,
  referring,
  here,
  fixed,
  repository,
  rewrite,
  setRewrite,
  leftOut,
}: {
  at: ResourceAddress
  relations: ResourceRelations | undefined
  failed: string | undefined
  /** Those that refer by name, and those of them whose manifest is in the same repository. */
  referring: readonly Dependent[]
  here: readonly Dependent[]
  /** Those whose references cannot change after creation. */
  fixed: readonly Dependent[]
  repository: string
  rewrite: boolean
  setRewrite: (rewrite: boolean) => void
  leftOut: string | null
}) {
  if (!relations) return failed ? <p className={styles.quiet}>What refers to it could not be read: {failed}</p> : null
  if (referring.length === 0 && !relations.hidden) return null
  const elsewhere = referring.filter((dependent) => !here.includes(dependent) && !fixed.includes(dependent))
  return (
    <Section title="What refers to it by name">
      {here.length > 0 ? (
        <div className={styles.group}>
          <label className={styles.check}>
            <input type="checkbox" checked={rewrite} onChange={(event) => setRewrite(event.target.checked)} />
            <span>
              Change the references of {counted(here.length, 'resource')} in {repository} in the same pull request
            </span>
          </label>
          <DependentList dependents={here} from={at.namespace} />
        </div>
      ) : null}
      {fixed.length > 0 ? (
        <div className={styles.group}>
          <h3>Their references cannot change after creation: create these anew with the new name, then delete them</h3>
          <DependentList dependents={fixed} from={at.namespace} />
        </div>
      ) : null}
      {elsewhere.length > 0 ? (
        <div className={styles.group}>
          <h3>Not in {repository}: their own teams must change these</h3>
          <DependentList dependents={elsewhere} from={at.namespace} />
        </div>
      ) : null}
      {leftOut ? <p className={styles.quiet}>{leftOut} They keep the old name.</p> : null}
    </Section>
  )
}

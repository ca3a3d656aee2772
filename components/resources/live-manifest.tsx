import { CopyButton } from '#components/ui/copy-button.tsx'
import type { ResourceDetail } from '#lib/inventory/contract.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import styles from './resource-page.module.css'

const keyOf = /^(\s*(?:- )?)([^\s:#'"][^:#]*:)(?=\s|$)/

/** The object as it lives in the cluster, as YAML to read and copy. Editing starts from the file in Git instead. */
export function LiveManifest({ detail }: { detail: ResourceDetail }) {
  const text = printResource(detail.object as Record<string, Json> as JsonObject) // came as JSON, so its values are Json
  const lines = text.replace(/\n$/, '').split('\n')
  return (
    <div className={styles.manifest}>
      <div className={styles.manifestHead}>
        <span>
          As it lives in {detail.row.cluster}
          {detail.git?.fileUrl ? (
            <>
              ; declared in <a href={detail.git.fileUrl}>{detail.git.path}</a>
            </>
          ) : null}
        </span>
        <CopyButton text={text}>Copy YAML</CopyButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {lines.map((line, index) => {
            const match = keyOf.exec(line)
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
              <span key={index} className={styles.line}>
                {match ? (
                  <>
                    {match[1]}
                    <span className={styles.key}>{match[2]}</span>
                    {line.slice(match[0].length)}
                  </>
                ) : (
                  line
                )}
              </span>
            )
          })}
        </code>
      </pre>
    </div>
  )
}

'use client'

/**
 * The file changed in Git while somebody edits it. Says which fields changed there and offers the ways on: merge, compare, take Git's
 * text, keep one's own. Nothing happens to the text before a choice, and a merge can be undone.
 */
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import type { FormView } from '#components/forms/form-view.ts'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { JsonPath } from '#lib/json.ts'
import { diffValues } from '#lib/manifest/diff-values.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { TextChoice } from './editor-notices.tsx'
import type { ManifestStore } from './manifest-store.ts'

const MergeDialog = dynamic(() => import('./merge-dialog.tsx').then((file) => file.MergeDialog), { ssr: false })

/** The file as it stands in Git now. */
export interface GitVersion {
  text: string
  document: number
  path: string
  blob: string
}

interface Merged {
  before: { text: string; document: number; base: string }
  /** The revision of the document right after the merge: as long as it is the last one, the merge can be undone. */
  revision: number
  changed: number
  /** Fields somebody wants to fill in after the merge. */
  later: JsonPath[]
}

export function MergeNotice({
  at,
  kind,
  store,
  view,
  base,
  git,
  setBase,
  takeGit,
}: {
  at: ResourceAddress
  kind: CompiledKind
  store: ManifestStore
  view: FormView
  /** The version in Git the text is based on. */
  base: string | null
  git: GitVersion
  setBase: (blob: string) => void
  takeGit: () => void
}) {
  const moved = base !== git.blob
  const version = useQuery({ ...queries.manifestVersion(at, base ?? ''), enabled: moved && base !== null })
  const [merging, setMerging] = useState(false)
  const [merged, setMerged] = useState<Merged | null>(null)
  const { revision, broken } = useSyncExternalStore(store.subscribe, store.state, store.state)

  if (!moved) {
    if (!merged || merged.revision !== revision) return null
    const undo = () => {
      setBase(merged.before.base)
      store.replace(merged.before.text, 'outside', merged.before.document)
      setMerged(null)
    }
    return (
      <Banner
        tone="green"
        action={
          <Button size="small" onClick={undo}>
            Undo the merge
          </Button>
        }
      >
        Your text now stands on Git's version, with {counted(merged.changed, 'change')} of yours.{' '}
        {merged.later.length > 0 ? (
          <>
            Still to fill in:{' '}
            {merged.later.map((path) => (
              <Button key={JSON.stringify(path)} size="small" look="quiet" onClick={() => view.reveal(path)}>
                {fieldPath(path)}
              </Button>
            ))}
          </>
        ) : (
          'Review it, then open the pull request.'
        )}
      </Banner>
    )
  }
  return (
    <TextChoice
      mine={() => store.state().text}
      other={git.text}
      otherName="Git's text"
      keep={() => setBase(git.blob)}
      take={takeGit}
      first={
        version.data ? (
          <Button
            size="small"
            look="primary"
            disabled={broken !== undefined}
            title={broken === undefined ? undefined : 'Correct the YAML first'}
            onClick={() => setMerging(true)}
          >
            Merge
          </Button>
        ) : null
      }
    >
      {git.path} changed in Git since you began. {version.data ? <WhatChanged before={version.data} after={git} /> : null}
      {version.isPending && base !== null ? 'Looking at what changed there…' : null}
      {version.isError ? 'The version you began with cannot be read any more, so the two cannot be merged here.' : null}
      {merging && version.data ? (
        <MergeDialog
          base={version.data}
          mine={{ text: store.state().text, document: store.document }}
          git={git}
          kind={kind}
          onClose={() => setMerging(false)}
          onMerged={({ text, changed, later }) => {
            const before = { text: store.state().text, document: store.document, base: version.data.blob }
            setBase(git.blob)
            store.replace(text, 'outside', git.document)
            setMerged({ before, revision: store.state().revision, changed, later })
            setMerging(false)
            const [first] = later
            if (first) view.reveal(first)
          }}
        />
      ) : null}
    </TextChoice>
  )
}

const mostNamed = 4

/** The fields that changed in Git, by name. */
function WhatChanged({ before, after }: { before: { text: string; document: number }; after: { text: string; document: number } }) {
  const paths = useMemo(() => {
    const readValue = ({ text, document }: { text: string; document: number }) => parseManifestFile(text).documents[document]?.value
    return diffValues(readValue(before), readValue(after)).map(({ path }) => path)
  }, [before, after])
  if (paths.length === 0) return 'No field of this resource did: only comments, or other resources of the file.'
  const named = paths.slice(0, mostNamed)
  return (
    <>
      {counted(paths.length, 'field')} did:{' '}
      {named.map((path, index) => (
        <span key={JSON.stringify(path)}>
          {index > 0 ? ', ' : ''}
          <code>{fieldPath(path)}</code>
        </span>
      ))}
      {paths.length > named.length ? ` and ${paths.length - named.length} more` : ''}. Merge them with yours, keep your text to propose it
      over the new version, or begin anew from Git's.
    </>
  )
}

'use client'

import { useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { count, counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import type { ImportGroup } from '#lib/imports/contract.ts'
import styles from './pull-requests.module.css'

const shown = 200

/** Files a pull request writes; those that exist already say so, since they keep what is in them. */
export function FileList({ files }: { files: ImportGroup['files'] }) {
  const [all, setAll] = useState(false)
  return (
    <>
      <ul className={styles.files}>
        {files.slice(0, all ? undefined : shown).map((file) => (
          <li key={file.path} className={styles.file}>
            <Icon name="draft" size={14} />
            <span>
              <code>{file.path}</code>{' '}
              {file.resources > 1 ? <span className={styles.small}>{counted(file.resources, 'resource')} </span> : null}
              {file.exists ? <Badge tone="blue">exists: added to it</Badge> : null}
            </span>
          </li>
        ))}
      </ul>
      {files.length > shown && !all ? (
        <Button size="small" onClick={() => setAll(true)}>
          Show all {count(files.length)} files
        </Button>
      ) : null}
    </>
  )
}

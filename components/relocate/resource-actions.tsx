'use client'

import { lazy, Suspense, useState } from 'react'
import { breakGlassPages } from '#components/break-glass/break-glass-paths.ts'
import { pagePaths } from '#components/data/api-paths.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Menu, MenuItem, MenuLine } from '#components/ui/menu.tsx'

// the deletion dialog brings the YAML reader along, which the page itself does without
const DeleteResource = lazy(async () => ({ default: (await import('./delete-resource.tsx')).DeleteResource }))

/** What can be done with a resource: by pull request edit it, clone it, rename or move it, delete it; by break-glass change it now. */
export function ResourceActions({ at, kindName, inGit }: { at: ResourceAddress; kindName: string; inGit: boolean }) {
  const [deleting, setDeleting] = useState(false)
  return (
    <>
      {inGit ? (
        <LinkButton href={pagePaths.editResource(at)} icon="edit" look="primary">
          Edit
        </LinkButton>
      ) : null}
      <LinkButton href={breakGlassPages.start(at)} icon="breakGlass">
        Break-glass
      </LinkButton>
      <Menu
        label={`Actions on ${at.name}`}
        trigger={(button) => (
          <Button {...button} icon="more">
            Actions
          </Button>
        )}
      >
        {inGit ? (
          <MenuItem icon="edit" href={pagePaths.editResource(at)}>
            Edit
          </MenuItem>
        ) : null}
        <MenuItem icon="copy" href={pagePaths.cloneResource(at)}>
          Clone
        </MenuItem>
        <MenuItem icon="right" href={pagePaths.moveResource(at)}>
          Rename or move
        </MenuItem>
        <MenuLine />
        <MenuItem icon="deleting" onSelect={() => setDeleting(true)}>
          Delete by pull request
        </MenuItem>
        <MenuItem icon="breakGlass" href={breakGlassPages.start(at, 'delete')}>
          Delete now by break-glass
        </MenuItem>
      </Menu>
      {deleting ? (
        <Suspense>
          <DeleteResource at={at} kindName={kindName} onClose={() => setDeleting(false)} />
        </Suspense>
      ) : null}
    </>
  )
}

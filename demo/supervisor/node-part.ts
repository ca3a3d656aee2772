/** A part that is a TypeScript program of this repository, run by the Node that runs us. */
import { join } from 'node:path'
import type { Part } from './part.ts'
import { withOptions } from './part-options.ts'

const root = join(import.meta.dirname, '..', '..')

export interface NodePart {
  name: string
  title: string
  /** Path from the repository's root. */
  program: string
  /** Flags of node itself. */
  flags?: string[]
  /** Given as JSON in CORBEL_PART_OPTIONS. */
  options?: object
  env?: Record<string, string>
  ports?: number[]
  readyWithinMs: number
  probe?: () => Promise<boolean>
  foundation?: true
}

/** Node's flags that make a program end when its supervisor is gone. */
export const followParent = ['--import', join(root, 'demo', 'supervisor', 'follow-parent.mjs')]

/** The part. Its program prints a line starting with `ready`, unless `probe` is given. */
export function nodePart({ program, flags = [], options, env = {}, ...rest }: NodePart): Part {
  return {
    ...rest,
    command: process.execPath,
    args: [...followParent, ...flags, join(root, program)],
    env: { ...(options ? withOptions(options) : {}), ...env },
  }
}

/** Where a command reads its surroundings from and writes to; given by bin/corbel.mjs, and by tests. */
export interface Terminal {
  environment: Record<string, string | undefined>
  /** The working directory. */
  directory: string
  out: (text: string) => void
  err: (text: string) => void
}

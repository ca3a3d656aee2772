/** Where a command reads its surroundings from and writes to; given by bin/corbel.mjs, and by tests. */
export interface Terminal {
  environment: Record<string, string | undefined>
  /** The working directory. */
  directory: string
  /** `false` when whoever reads is slow and should be waited for, as streams say it. */
  out: (text: string) => unknown
  err: (text: string) => void
}

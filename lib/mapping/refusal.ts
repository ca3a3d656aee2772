/** Why an asset is not converted. Pure. */

export const refusalReasons = {
  malformed: 'The asset cannot be read',
  unsupported: 'No kind of the cluster fits the asset type',
  labels: 'Kubernetes cannot hold its labels',
  secret: 'It needs a secret that nobody can read',
  'does-not-fit': 'What the inventory says does not make a valid manifest',
  managed: 'Something else manages it',
  default: 'It comes with the project or the service, and nobody made it',
  job: 'It runs once, and adopting it would run it again',
  gone: 'It is deleted, or about to be',
} as const

export type RefusalReason = keyof typeof refusalReasons

/** An asset that cannot be adopted without changing it, or not at all. `message` is a sentence for people. */
export class Refusal extends Error {
  readonly reason: RefusalReason
  constructor(reason: RefusalReason, message: string) {
    super(message)
    this.reason = reason
  }
}

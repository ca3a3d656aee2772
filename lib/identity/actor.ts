/** Who acts: the signed-in person, as every service function sees them. */
export interface Actor {
  userId: string
  loginId: string
  /** As in the OIDC username claim, without the API server's prefix. */
  username: string
  name: string
  email: string | null
  groups: string[]
  admin: boolean
  auditor: boolean
}

/** The API server no longer keeps the revision a list or watch wanted to go on from: list again. Never leaves lib/. */
export class Gone extends Error {
  override readonly name = 'Gone'
}

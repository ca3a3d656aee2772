/** The forge of this process, by the settings: GitHub or GitHub Enterprise. */
import { config } from '#lib/config/config.ts'
import { appConnections, type Connection, connectWithToken } from './connect-github.ts'

const held: { connect?: (repository: string) => Connection } = {}

/** A repository as Corbel's GitHub App. */
export function asApp(repository: string): Connection {
  held.connect ??= appConnections(config().github)
  return held.connect(repository)
}

/** A repository as a person, with the token of their linked account. */
export const asPerson = (repository: string, token: string): Connection =>
  connectWithToken(config().github.apiUrl, repository, token, 'person')

/** Dots alone would lead out of the repository: they are encoded twice, and the address finds nothing. */
const encodePath = (path: string): string =>
  path
    .split('/')
    .map((part) => (/^\.{1,2}$/.test(part) ? part.replaceAll('.', '%252E') : encodeURIComponent(part)))
    .join('/')

/** Web addresses of a repository and what is in it. */
export const repositoryUrl = (repository: string): string => `${config().github.url}/${repository}`
export const fileUrl = (repository: string, ref: string, path: string): string =>
  `${repositoryUrl(repository)}/blob/${encodePath(ref)}/${encodePath(path)}`
export const commitUrl = (repository: string, commit: string): string => `${repositoryUrl(repository)}/commit/${encodeURIComponent(commit)}`

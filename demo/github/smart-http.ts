/**
 * Git over HTTP: `git http-backend` behind basic authentication with a token (`x-access-token:TOKEN`), for fetch and push. A push is
 * announced before its answer ends, so a webhook never runs ahead of what `git fetch` shows.
 */
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gitEnvironment } from './git.ts'
import { Problem } from './problem.ts'
import { announce } from './pull-life.ts'
import { actorLogin, authenticate, mayDo, maySee } from './tokens.ts'
import { findRepository, type Repository, type World } from './world.ts'

export interface GitRequest {
  fullName: string
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack` */
  service: string
}

/** What a request asks of git, or undefined when it is no git request. */
export function gitRequest(pathname: string): GitRequest | undefined {
  const match = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/.exec(pathname)
  return match?.[1] && match[2] ? { fullName: match[1], service: match[2] } : undefined
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const challenge: Record<string, string> = status === 401 ? { 'www-authenticate': 'Basic realm="GitHub stand-in"' } : {}
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...challenge }).end(`${message}\n`)
}

export async function serveGit(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  wanted: GitRequest,
): Promise<void> {
  let actor: ReturnType<typeof authenticate>
  try {
    actor = authenticate(world, request.headers.authorization)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return refuse(response, 401, 'Invalid username or token. Password authentication is not supported for Git operations.')
  }
  if (actor.kind === 'nobody') return refuse(response, 401, 'Authentication required: use the user name x-access-token and a token.')
  const repository = findRepository(world, wanted.fullName)
  if (!repository || !maySee(actor, repository)) return refuse(response, 404, 'Repository not found.')
  const pushing = wanted.service === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  if (!mayDo(actor, [pushing ? 'contents:write' : 'contents:read'])) {
    return refuse(response, 403, `Permission to ${repository.fullName}.git denied to ${actorLogin(world, actor)}.`)
  }
  const sender = actorLogin(world, actor)
  const run = () => runBackend(request, response, url, repository, wanted.service, sender)
  if (wanted.service !== '/git-receive-pack') {
    await run()
    response.end()
    return
  }
  await world.inOrder(repository, async () => {
    try {
      await run()
    } finally {
      await announce(world, repository, sender)
      response.end()
    }
  })
}

/** Runs the CGI program and copies its answer; leaves the response open. */
function runBackend(request: IncomingMessage, response: ServerResponse, url: URL, repository: Repository, service: string, user: string) {
  return new Promise<void>((resolve, reject) => {
    const backend = spawn('git', ['http-backend'], {
      env: gitEnvironment({
        GIT_PROJECT_ROOT: repository.path,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: service,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        REMOTE_USER: user,
        REMOTE_ADDR: '127.0.0.1',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      }),
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    backend.stdin.on('error', () => {})
    request.pipe(backend.stdin)
    response.on('close', () => {
      if (!response.writableFinished) backend.kill()
    })
    let head: Buffer | undefined = Buffer.alloc(0)
    backend.stdout.on('data', (chunk: Buffer) => {
      if (!head) {
        if (!response.write(chunk)) {
          backend.stdout.pause()
          response.once('drain', () => backend.stdout.resume())
        }
        return
      }
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      writeHead(response, head.subarray(0, end).toString())
      response.write(head.subarray(end + 4))
      head = undefined
    })
    backend.on('error', reject)
    backend.on('close', () => {
      if (head && !response.headersSent) response.writeHead(500)
      resolve()
    })
  })
}

function writeHead(response: ServerResponse, cgi: string): void {
  let status = 200
  const headers: Record<string, string> = {}
  for (const line of cgi.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else headers[name] = value
  }
  response.writeHead(status, headers)
}

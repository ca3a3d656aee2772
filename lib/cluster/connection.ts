import { readFileSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { Invalid, Unavailable } from '#lib/errors.ts'

export interface ClusterSettings {
  /** What people call it; a word of the URL. */
  name: string
  kubeconfigFile: string
  /** A context of the kubeconfig; its current one where left out. */
  context?: string | undefined
}

/** How to reach a cluster as one identity, right now. */
export interface Approach {
  dispatcher: Dispatcher
  headers: Record<string, string>
}

/** Where a cluster is. Connections are kept open and shared between calls of the same identity. */
export interface Connection {
  server: string
  /** The kubeconfig's own identity: certificate, token or credential program. */
  asPortal: () => Promise<Approach>
  /** A person's bearer token and nothing of the kubeconfig's credentials. */
  asPerson: (token: string) => Approach
  close: () => Promise<void>
}

interface Tls {
  ca?: unknown
  rejectUnauthorized?: boolean | undefined
  servername?: string | undefined
  cert?: unknown
  key?: unknown
  passphrase?: unknown
}

/** A bookmark comes about once a minute, so a watch that is silent for longer than this is dead. */
export const watchSilenceMs = 6 * 60_000
const identityKeptMs = 30_000

/** Reads a kubeconfig. Throws Invalid with a sentence where it cannot be used. */
export function openConnection(settings: ClusterSettings): Connection {
  const config = readKubeconfig(settings)
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Invalid(`The kubeconfig of cluster "${settings.name}" names no cluster. Set its current-context.`)
  const opened: Dispatcher[] = []
  const open = (tls: Tls): Dispatcher => {
    // Tls holds what client-node read from the kubeconfig for node:tls; its own type for it is wider than undici's
    const connect = { ...tls, timeout: 10_000 } as Agent.Options['connect']
    const options: Agent.Options = {
      connect,
      bodyTimeout: watchSilenceMs,
      headersTimeout: 65_000,
      keepAliveTimeout: 30_000,
      allowH2: false,
    }
    const dispatcher = cluster.proxyUrl
      ? new ProxyAgent({ ...options, uri: cluster.proxyUrl, requestTls: { ...tls } as object })
      : new Agent(options)
    opened.push(dispatcher)
    return dispatcher
  }

  let person: Dispatcher | undefined
  const asPerson = (token: string): Approach => {
    person ??= open(publicTls(config))
    return { dispatcher: person, headers: { authorization: `Bearer ${token}` } }
  }

  let portal: { approach: Approach; material: string; until: number } | undefined
  const asPortal = async (): Promise<Approach> => {
    if (portal && Date.now() < portal.until) return portal.approach
    const { headers, auth, tls } = await identityOf(config, settings.name)
    if (auth) headers.authorization = `Basic ${Buffer.from(auth).toString('base64')}`
    const material = JSON.stringify(tls)
    const dispatcher = portal?.material === material ? portal.approach.dispatcher : open(tls)
    portal = { approach: { dispatcher, headers }, material, until: Date.now() + identityKeptMs }
    return portal.approach
  }
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((dispatcher) => dispatcher.destroy()))
  }
  return { server: cluster.server.replace(/\/+$/, ''), asPortal, asPerson, close }
}

function readKubeconfig({ name, kubeconfigFile, context }: ClusterSettings): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromFile(kubeconfigFile)
  } catch (error) {
    throw new Invalid(`The kubeconfig of cluster "${name}" cannot be read (${kubeconfigFile}).`, [], { cause: error })
  }
  if (context) {
    if (!config.getContextObject(context)) throw new Invalid(`The kubeconfig of cluster "${name}" has no context "${context}".`)
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (cluster && !cluster.server.startsWith('https://'))
    throw new Invalid(`Cluster "${name}" is given as ${cluster.server}. Tokens travel only over https.`)
  if (cluster?.proxyUrl && !/^https?:/.test(cluster.proxyUrl))
    throw new Invalid(`Cluster "${name}" is behind a proxy Corbel cannot use (${cluster.proxyUrl}). Use an http or https proxy.`)
  return config
}

/** Runs the kubeconfig's credential program where it has one; client-node keeps its answer until it expires. */
async function identityOf(
  config: KubeConfig,
  name: string,
): Promise<{ headers: Record<string, string>; auth: string | undefined; tls: Tls }> {
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    const message = `The credentials for cluster "${name}" cannot be had: the program its kubeconfig names failed.`
    throw new Unavailable('cluster', message, { cause: error })
  }
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(options.headers ?? {})) if (typeof value === 'string') headers[key.toLowerCase()] = value
  const tls: Tls = {}
  for (const key of ['ca', 'cert', 'key', 'passphrase', 'servername', 'rejectUnauthorized'] as const)
    if (options[key] !== undefined) Object.assign(tls, { [key]: options[key] })
  return { headers, auth: options.auth ?? undefined, tls }
}

/** The part of a kubeconfig's TLS settings that says whom to trust, without who we are. */
function publicTls(config: KubeConfig): Tls {
  const cluster = config.getCurrentCluster()
  const tls: Tls = {}
  if (cluster?.skipTLSVerify) tls.rejectUnauthorized = false
  if (cluster?.tlsServerName) tls.servername = cluster.tlsServerName
  if (cluster?.caData) tls.ca = Buffer.from(cluster.caData, 'base64')
  else if (cluster?.caFile) tls.ca = readFileSync(cluster.caFile)
  return tls
}

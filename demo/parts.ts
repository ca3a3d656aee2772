/** The parts of the demo that stand on the foundations: what each is told, and how the portal is configured for them. */
import { dirname, join } from 'node:path'
import { assetInventoryPart } from '#demo/asset-inventory/start.ts'
import { ciPart } from '#demo/ci/start.ts'
import { auditLog } from '#demo/control-plane/start.ts'
import { clientId, type Foundations } from '#demo/foundations.ts'
import { emailOf, people } from '#demo/identity/people.ts'
import { identityPart, issuerAt } from '#demo/identity/start.ts'
import { auditKeyFile, githubAppKeyFile, type Ports, root, type Secrets } from '#demo/state.ts'
import { followParent, nodePart } from '#demo/supervisor/node-part.ts'
import type { Part } from '#demo/supervisor/part.ts'
import { projects } from '#demo/world/projects.ts'

/** What the parts are made from. */
export interface PartContext {
  directory: string
  ports: Ports
  secrets: Secrets
  foundations: Foundations
  /** Kubeconfig of the portal's own service account. */
  portalKubeconfig: string
}

/** The address people open. */
export const portalUrl = (ports: Ports): string => `http://localhost:${ports.web}`

/** The stand-in's address, for browser and programs. */
export const githubUrl = (ports: Ports): string => `http://127.0.0.1:${ports.github}`

const githubApp = { id: '4711', slug: 'corbel' }
const githubClientId = 'Iv1.corbeldemo'
const clusterName = 'demo'

export const identity = ({ directory, ports, foundations }: Omit<PartContext, 'portalKubeconfig' | 'secrets'>): Part =>
  identityPart({
    directory: join(directory, 'identity'),
    httpPort: ports.identityHttp,
    httpsPort: ports.identityHttps,
    clientId,
    clientSecret: foundations.identity.clientSecret,
    redirectUris: [`${portalUrl(ports)}/api/auth/callback/oidc`],
    postLogoutRedirectUris: [`${portalUrl(ports)}/`, `${portalUrl(ports)}/sign-in`, portalUrl(ports)],
  })

export const github = ({ directory, ports, secrets }: Pick<PartContext, 'directory' | 'ports' | 'secrets'>): Part =>
  nodePart({
    name: 'github',
    title: 'The GitHub stand-in',
    program: 'demo/github/main.ts',
    options: {
      port: ports.github,
      directory: join(directory, 'github'),
      app: { ...githubApp, publicKeyPem: secrets.githubAppPublicKey },
      oauth: {
        clientId: githubClientId,
        clientSecret: secrets.githubClientSecret,
        redirectUris: [`${portalUrl(ports)}/api/github/callback`],
      },
      webhooks: [
        { url: `${portalUrl(ports)}/api/webhooks/github`, secret: secrets.githubWebhook },
        { url: `http://127.0.0.1:${ports.ci}/webhook`, secret: secrets.ciWebhook },
      ],
      people: people.map((person) => ({ login: person.id, name: person.name, email: emailOf(person) })),
    },
    ports: [ports.github],
    readyWithinMs: 60_000,
  })

/** The stand-in's address, for programs. */
const assetInventoryUrl = (ports: Ports): string => `http://127.0.0.1:${ports.assetInventory}`

export const assetInventory = ({ directory, ports }: Pick<PartContext, 'directory' | 'ports'>): Part =>
  assetInventoryPart({
    port: ports.assetInventory,
    directory: join(directory, 'asset-inventory'),
    projects: projects.map(({ googleProject }) => googleProject),
  })

/** `kubeconfig` is that of the cloud's own service account. */
export const cloud = (kubeconfig: string, ports: Ports): Part =>
  nodePart({
    name: 'cloud',
    title: 'The simulated cloud',
    program: 'demo/cloud/main.ts',
    options: { kubeconfig, inventoryUrl: assetInventoryUrl(ports) },
    readyWithinMs: 60_000,
  })

export const ci = ({
  directory,
  ports,
  secrets,
  foundations,
}: Pick<PartContext, 'directory' | 'ports' | 'secrets' | 'foundations'>): Part =>
  ciPart({
    port: ports.ci,
    directory: join(directory, 'ci'),
    webhookSecret: secrets.ciWebhook,
    github: {
      url: githubUrl(ports),
      apiUrl: `${githubUrl(ports)}/api/v3`,
      appId: githubApp.id,
      privateKeyFile: githubAppKeyFile(directory),
    },
    kubeconfig: foundations.kubeconfig,
  })

/** The settings of web and worker, the same as a site would give (docs/configuration.md). */
export function portalEnvironment({ directory, ports, secrets, foundations, portalKubeconfig }: PartContext): Record<string, string> {
  return {
    CORBEL_URL: portalUrl(ports),
    CORBEL_SECRET: secrets.portal,
    CORBEL_WORKER_PORT: String(ports.worker),
    DATABASE_URL: foundations.databaseUrl,
    OIDC_ISSUER: issuerAt(ports.identityHttps),
    OIDC_DISCOVERY_URL: `http://localhost:${ports.identityHttp}/.well-known/openid-configuration`,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: foundations.identity.clientSecret,
    CORBEL_ADMIN_GROUPS: 'platform',
    CORBEL_AUDITOR_GROUPS: 'auditors',
    CORBEL_CLUSTERS: JSON.stringify([{ name: clusterName, kubeconfig: portalKubeconfig }]),
    GITHUB_URL: githubUrl(ports),
    GITHUB_API_URL: `${githubUrl(ports)}/api/v3`,
    GITHUB_APP_ID: githubApp.id,
    GITHUB_APP_PRIVATE_KEY_FILE: githubAppKeyFile(directory),
    GITHUB_WEBHOOK_SECRET: secrets.githubWebhook,
    GITHUB_CLIENT_ID: githubClientId,
    GITHUB_CLIENT_SECRET: secrets.githubClientSecret,
    CORBEL_ASSET_INVENTORY: 'google',
    CORBEL_ASSET_INVENTORY_URL: assetInventoryUrl(ports),
    CORBEL_AUDIT_KEY_FILE: auditKeyFile(directory),
    CORBEL_AUDIT_CHECKPOINT_FILE: join(directory, 'audit-checkpoints.txt'),
    ...clusterAudit(directory, foundations.kubeconfig),
    CORBEL_BREAK_GLASS_TICKET_PATTERN: 'INC-[0-9]{3,6}',
    CORBEL_BREAK_GLASS_TICKET_URL: 'https://incidents.acme.example/browse/{ticket}',
    CORBEL_BREAK_GLASS_APPROVAL_KINDS: 'SQLInstance.*',
    CORBEL_DEMO: JSON.stringify({ simulated, steps: stepsToTry(ports) }),
  }
}

/** The log of our own control plane; a cluster of yours keeps its own somewhere else. */
function clusterAudit(directory: string, kubeconfig: string): Record<string, string> {
  const own = dirname(kubeconfig)
  return dirname(own) === directory ? { CORBEL_CLUSTER_AUDIT_LOGS: JSON.stringify({ [clusterName]: auditLog(own) }) } : {}
}

/** The web part: the built product, or Next's development server. */
export function web(context: PartContext, built: string | undefined): Part {
  const { web: port } = context.ports
  const next = join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
  const args = built ? [join(built, 'server.js')] : [next, 'dev', root, '--hostname', '127.0.0.1', '--port', String(port)]
  return {
    name: 'web',
    title: built ? 'The portal' : 'The portal (development server)',
    command: process.execPath,
    args: [...followParent, ...args],
    env: {
      ...portalEnvironment(context),
      NODE_ENV: built ? 'production' : 'development',
      NEXT_TELEMETRY_DISABLED: '1',
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
    },
    probe: () => answers(`http://127.0.0.1:${port}/sign-in`),
    ports: [port],
    readyWithinMs: built ? 60_000 : 600_000, // the development server compiles on the first call
  }
}

/** The worker part: the collector and the jobs. */
export const worker = (context: PartContext): Part =>
  nodePart({
    name: 'worker',
    title: 'The worker',
    program: 'worker/main.ts',
    flags: ['--conditions=react-server'],
    env: { ...portalEnvironment(context), NODE_ENV: 'production' },
    probe: () => answers(`http://127.0.0.1:${context.ports.worker}/healthz`),
    ports: [context.ports.worker],
    readyWithinMs: 60_000,
  })

async function answers(url: string): Promise<boolean> {
  const reply = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(60_000) })
  await reply.body?.cancel()
  return reply.status < 500
}

const simulated = [
  'The identity provider: people sign in with one click, without passwords.',
  'GitHub: a stand-in over real Git repositories on this machine.',
  'Google Cloud and the operators: a program that sets conditions as Config Connector does. No cloud is touched.',
  'Cloud Asset Inventory: a stand-in that lists made-up resources of those projects.',
  'The CI runner: it runs the real corbel command on pull requests and merges.',
]

/** What a newcomer may try, in order. */
export const stepsToTry = (ports: Ports): { title: string; text: string; href: string }[] => [
  { title: 'Sign in as Alice', text: 'She is an engineer of the team payments and sees its two projects.', href: '/projects' },
  { title: 'Create a bucket', text: 'Search "bucket", fill in the form and open a pull request.', href: '/create' },
  { title: 'Merge it', text: 'Read the plan that CI commented, then merge on the GitHub page.', href: githubUrl(ports) },
  { title: 'Watch it become ready', text: 'CI applies it, and the resource page follows until it is Ready.', href: '/resources' },
  {
    title: 'Import what exists',
    text: 'Sign in as Fay of the team search: most of what search-prod has in the cloud is in no repository yet.',
    href: '/import',
  },
  {
    title: 'Break the glass',
    text: 'As Alice, change a live bucket now: say why, see what it does, apply it, and bring it back to Git.',
    href: '/break-glass/new?cluster=demo&namespace=payments-prod&kind=StorageBucket.storage.cnrm.cloud.google.com&name=acme-payments-invoices',
  },
]

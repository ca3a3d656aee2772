/**
 * Every setting Corbel knows: its name, what it means, how it is checked. `readSettings` is pure; lib/config/config.ts
 * applies it to the environment once, and docs/configuration.md is printed from the same table.
 */
import { z } from 'zod'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

/** One setting. `schema` takes the text from the environment and gives the value; its messages end "NAME …". */
interface Setting<T> {
  section: string
  about: string
  example: string
  secret?: boolean
  schema: z.ZodType<T, string | undefined>
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition

const text = z.string().trim().min(1, 'is empty')
const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
const url = (protocols: string[]) =>
  text.refine(
    (value) => {
      const parsed = URL.parse(value)
      return parsed !== null && protocols.includes(parsed.protocol) && !parsed.username
    },
    `must be a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  )
const web = url(['http:', 'https:']).transform((value) => value.replace(/\/+$/, ''))
const optionalWeb = z.union([z.undefined(), z.literal('').transform(() => undefined), web])

const isHttpsOrLoopback = (value: string): boolean => {
  const { protocol, hostname } = new URL(value)
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
const perMinute = (usual: number) =>
  z
    .string()
    .default(String(usual))
    .transform(Number)
    .refine((count) => Number.isInteger(count) && count >= 1 && count <= 100_000, 'must be a whole number of calls, at least 1')

const wholeNumber = (usual: number, least: number, most: number) =>
  z
    .string()
    .default(String(usual))
    .transform((value) => (/^\d{1,9}$/.test(value.trim()) ? Number(value) : Number.NaN))
    .refine((count) => count >= least && count <= most, `must be a whole number from ${least} to ${most}`)

const onOrOff = (usual: 'on' | 'off') =>
  z
    .enum(['on', 'off'], 'must be on or off')
    .default(usual)
    .transform((value) => value === 'on')

const absent = z.union([z.undefined(), z.literal('').transform(() => undefined)])

/** A whole text must match: what only contains a ticket is none. */
const wholePattern = text.max(200, 'is longer than 200 characters').transform((value, context) => {
  if (compileRe2(value) && compileRe2(`^(?:${value})$`)) return value
  context.addIssue({ code: 'custom', message: 'is no regular expression of the form RE2 (no lookaround, no backreferences)' })
  return z.NEVER
})

const ticketAddress = url(['http:', 'https:']).refine((value) => {
  const host = (ticket: string): string | undefined => URL.parse(value.replaceAll('{ticket}', ticket))?.host
  return value.includes('{ticket}') && host('a') === host('b')
}, 'must be a URL that starts with http:// or https:// and has {ticket} behind the host')

const optionalFile = z.union([z.undefined(), z.literal('').transform(() => undefined), text])

const clusterList = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/, 'cluster names are lower-case letters, digits and dashes'),
      kubeconfig: z.string().min(1),
      context: z.string().min(1).optional(),
    }),
  )
  .min(1, 'names no cluster')
  .refine((clusters) => new Set(clusters.map((cluster) => cluster.name)).size === clusters.length, 'names a cluster twice')

const sinkList = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9][-a-z0-9]{0,40}$/, 'sink names are lower-case letters, digits and dashes'),
      url: web.refine(isHttpsOrLoopback, 'must start with https:// unless it is an address of this machine'),
      tokenFile: z.string().min(1).optional(),
    }),
  )
  .refine((sinks) => new Set(sinks.map((sink) => sink.name)).size === sinks.length, 'names a sink twice')

const blueprintSource = z.string().transform((value, context): 'shipped' | { repository: string; path: string } => {
  if (value === 'shipped') return value
  const [, repository, path = ''] = /^([\w.-]+\/[\w.-]+)(?::(.*))?$/.exec(value) ?? []
  if (repository !== undefined) return { repository, path: path.replace(/^\/+|\/+$/g, '') }
  context.addIssue({ code: 'custom', message: `has "${value}", which is neither shipped nor owner/repository or owner/repository:folder` })
  return z.NEVER
})

/** A cluster the portal serves: its name in URLs, and the kubeconfig of the portal's own account there. */
export type ClusterSetting = z.infer<typeof clusterList>[number]

export const demoWorld = z.object({
  simulated: z.array(z.string()),
  steps: z.array(z.object({ title: z.string(), text: z.string(), href: z.string() })),
})

function json<T>(schema: z.ZodType<T>) {
  return z.string().transform((value, context): T => {
    let parsed: unknown
    try {
      parsed = JSON.parse(value)
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' })
      return z.NEVER
    }
    const result = schema.safeParse(parsed)
    if (result.success) return result.data
    for (const issue of result.error.issues)
      context.addIssue({ code: 'custom', message: `${issue.path.join('.')} ${issue.message}`.trim() })
    return z.NEVER
  })
}

/** The table of settings, in the order in which the documentation prints them. */
export const settings = {
  CORBEL_URL: setting({
    section: 'The portal',
    about: 'The address at which people reach the portal, without a slash at the end. With https, cookies carry the `__Host-` prefix.',
    example: 'https://corbel.acme.example',
    schema: web,
  }),
  CORBEL_SECRET: setting({
    section: 'The portal',
    about: 'Encrypts tokens in the database and short-lived cookies. At least 32 characters; changing it signs everybody out.',
    example: '(openssl rand -base64 48)',
    secret: true,
    schema: text.min(32, 'must have at least 32 characters'),
  }),
  CORBEL_LOG_LEVEL: setting({
    section: 'The portal',
    about: 'How much is logged: `debug`, `info`, `warn` or `error`.',
    example: 'info',
    schema: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error').default('info'),
  }),
  CORBEL_WORKER_PORT: setting({
    section: 'The portal',
    about: 'Port on which the worker answers health checks; 0 picks a free one.',
    example: '8081',
    schema: z
      .string()
      .default('0')
      .transform(Number)
      .refine((port) => Number.isInteger(port) && port >= 0 && port < 65536, 'must be a port number'),
  }),
  DATABASE_URL: setting({
    section: 'Database',
    about: 'PostgreSQL 15 or newer. The account must own the database, because migrations create tables.',
    example: 'postgresql://corbel:…@db.acme.example/corbel',
    secret: true,
    schema: text.refine((value) => /^postgres(ql)?:\/\//.test(value), 'must start with postgresql://'),
  }),
  OIDC_ISSUER: setting({
    section: 'Signing in',
    about: 'The OpenID Connect issuer, byte for byte as ID tokens carry it. The API servers must trust the same issuer.',
    example: 'https://login.acme.example',
    schema: url(['http:', 'https:']),
  }),
  OIDC_DISCOVERY_URL: setting({
    section: 'Signing in',
    about: 'Where the discovery document is, when it is not below the issuer.',
    example: 'https://login.acme.example/.well-known/openid-configuration',
    schema: optionalWeb,
  }),
  OIDC_CLIENT_ID: setting({
    section: 'Signing in',
    about: 'Client id of the portal; also the audience that the API servers accept.',
    example: 'corbel',
    schema: text,
  }),
  OIDC_CLIENT_SECRET: setting({ section: 'Signing in', about: 'Client secret of the portal.', example: '…', secret: true, schema: text }),
  OIDC_SCOPES: setting({
    section: 'Signing in',
    about: 'Scopes asked for. `offline_access` gives the refresh token that keeps a login alive.',
    example: 'openid profile email groups offline_access',
    schema: z.string().default('openid profile email groups offline_access'),
  }),
  OIDC_USERNAME_CLAIM: setting({
    section: 'Signing in',
    about: 'Claim that names a person, the same as in the API servers’ authentication configuration.',
    example: 'email',
    schema: z.string().default('email'),
  }),
  OIDC_GROUPS_CLAIM: setting({
    section: 'Signing in',
    about: 'Claim that lists a person’s groups. Teams are groups.',
    example: 'groups',
    schema: z.string().default('groups'),
  }),
  CORBEL_ADMIN_GROUPS: setting({
    section: 'Signing in',
    about: 'Groups whose members see the administration pages, separated by commas.',
    example: 'platform',
    schema: list('platform'),
  }),
  CORBEL_AUDITOR_GROUPS: setting({
    section: 'Signing in',
    about: 'Groups whose members may open every proposal, separated by commas. What else they see is what the clusters let them.',
    example: 'auditors',
    schema: list('auditors'),
  }),
  CORBEL_CLUSTERS: setting({
    section: 'Clusters',
    about:
      'The infrastructure clusters, as a JSON list of `{"name", "kubeconfig", "context"}`. The kubeconfig is that of the portal’s own account (deploy/kubernetes).',
    example: '[{"name":"infra-eu","kubeconfig":"/etc/corbel/infra-eu.kubeconfig"}]',
    schema: json(clusterList),
  }),
  CORBEL_KIND_PATTERNS: setting({
    section: 'Clusters',
    about:
      'API groups whose kinds are offered, separated by commas; `*` stands for any text. Definitions labelled `corbel.dev/offered=true` are offered in any case.',
    example: '*.cnrm.cloud.google.com',
    schema: list('*.cnrm.cloud.google.com'),
  }),
  CORBEL_BLUEPRINTS: setting({
    section: 'Blueprints',
    about:
      'Where blueprints and kind hints come from, separated by commas: `shipped` for those that come with Corbel, `owner/repository` or `owner/repository:folder` for yours. Where two have the same name, the later one counts. ConfigMaps in corbel-system labelled `corbel.dev/blueprint=true` are read in any case.',
    example: 'shipped,acme/platform:blueprints',
    schema: list('shipped').pipe(z.array(blueprintSource)),
  }),
  GITHUB_URL: setting({
    section: 'GitHub',
    about: 'GitHub, or your GitHub Enterprise server, as people open it.',
    example: 'https://github.com',
    schema: z.string().default('https://github.com').pipe(web),
  }),
  GITHUB_API_URL: setting({
    section: 'GitHub',
    about: 'Its REST API. Default: derived from GITHUB_URL (`…/api/v3` for GitHub Enterprise).',
    example: 'https://api.github.com',
    schema: optionalWeb,
  }),
  GITHUB_APP_ID: setting({ section: 'GitHub', about: 'Id of the GitHub App that Corbel acts as.', example: '123456', schema: text }),
  GITHUB_APP_PRIVATE_KEY_FILE: setting({
    section: 'GitHub',
    about: 'File with the App’s private key (PEM).',
    example: '/etc/corbel/github-app.pem',
    schema: text,
  }),
  GITHUB_WEBHOOK_SECRET: setting({
    section: 'GitHub',
    about: 'Secret with which GitHub signs webhooks sent to `/api/webhooks/github`.',
    example: '…',
    secret: true,
    schema: text,
  }),
  GITHUB_CLIENT_ID: setting({
    section: 'GitHub',
    about: 'Client id of the App, with which people link their accounts.',
    example: 'Iv1.…',
    schema: text,
  }),
  GITHUB_CLIENT_SECRET: setting({ section: 'GitHub', about: 'Client secret of the App.', example: '…', secret: true, schema: text }),
  CORBEL_ASSET_INVENTORY: setting({
    section: 'Asset inventory',
    about:
      'Where import finds the cloud’s resources: `google` for Cloud Asset Inventory, read with the credentials of the place Corbel runs in (operator guide, “Asset inventory”); `off` for no import.',
    example: 'google',
    schema: z.enum(['google', 'off'], 'must be google or off').default('off'),
  }),
  CORBEL_ASSET_INVENTORY_URL: setting({
    section: 'Asset inventory',
    about:
      'The inventory’s address, where it is reached by another name. With http, which only an address of this machine may have, no credentials are sent: for the demo and tests.',
    example: 'https://cloudasset.googleapis.com',
    schema: z
      .string()
      .default('https://cloudasset.googleapis.com')
      .pipe(web)
      .refine(isHttpsOrLoopback, 'must start with https:// unless it is an address of this machine'),
  }),
  CORBEL_ASSET_INVENTORY_PROJECT: setting({
    section: 'Asset inventory',
    about: 'The cloud project that calls are counted for, in which the Cloud Asset API is enabled. Default: that of the credentials.',
    example: 'acme-platform',
    schema: z.union([
      z.undefined(),
      z.literal('').transform(() => undefined),
      text.regex(/^(?:[a-z][a-z0-9.:-]{4,}[a-z0-9]|\d+)$/, 'must be the id or number of a project'),
    ]),
  }),
  CORBEL_ASSET_LISTS_PER_MINUTE: setting({
    section: 'Asset inventory',
    about: 'How many pages of assets all processes together read in a minute (Google’s quota: 100 a project).',
    example: '100',
    schema: perMinute(100),
  }),
  CORBEL_ASSET_POLICY_SEARCHES_PER_MINUTE: setting({
    section: 'Asset inventory',
    about: 'How many pages of IAM policies all processes together read in a minute (Google’s quota: 400 a project).',
    example: '400',
    schema: perMinute(400),
  }),
  CORBEL_ASSET_HISTORIES_PER_MINUTE: setting({
    section: 'Asset inventory',
    about: 'How many times a minute all processes together read assets by name, up to 100 at once (Google’s quota: 100 a project).',
    example: '100',
    schema: perMinute(100),
  }),
  CORBEL_IMPORT_SCAN_HOURS: setting({
    section: 'Asset inventory',
    about:
      'After how many hours without an import a project’s inventory is read anew, for the view of what is not in Git yet; 0: only when people ask.',
    example: '24',
    schema: z
      .string()
      .default('24')
      .transform(Number)
      .refine((hours) => Number.isInteger(hours) && hours >= 0 && hours <= 8760, 'must be a whole number of hours, 0 for never'),
  }),
  CORBEL_AUDIT_KEY_FILE: setting({
    section: 'Audit log',
    about:
      'File with the Ed25519 private key (PEM) that signs checkpoints of the audit log; the same for web and worker. Without it there are no checkpoints, and nothing shows a chain that was rewritten as a whole.',
    example: '/etc/corbel/audit.pem',
    schema: optionalFile,
  }),
  CORBEL_AUDIT_CHECKPOINT_FILE: setting({
    section: 'Audit log',
    about:
      'File to which the worker also appends every checkpoint: on a disk, a mounted bucket or a share that whoever runs the database cannot change. Checkpoints go to the log in any case.',
    example: '/var/lib/corbel-checkpoints/audit.notes',
    schema: optionalFile,
  }),
  CORBEL_BREAK_GLASS: setting({
    section: 'Break-glass',
    about:
      'Whether people may ask for break-glass sessions: `on` or `off`. Off, nobody opens another one; those that are open run out as they would.',
    example: 'on',
    schema: onOrOff('on'),
  }),
  CORBEL_BREAK_GLASS_APPROVER_GROUPS: setting({
    section: 'Break-glass',
    about:
      'Groups whose members are told of sessions and agree to those that need a second person, separated by commas. Default: CORBEL_ADMIN_GROUPS. Set to nothing, nobody can agree, and such sessions cannot be opened.',
    example: 'platform,security-on-call',
    schema: z.union([z.undefined(), list('')]),
  }),
  CORBEL_BREAK_GLASS_APPROVAL_KINDS: setting({
    section: 'Break-glass',
    about:
      'Kinds that need a second person besides deletions and the groups `iam.cnrm.cloud.google.com` and `resourcemanager.cnrm.cloud.google.com`, as `Kind.group`, separated by commas; `*` stands for any text. Corbel holds to it; for the API server to refuse it as well, add their groups to `needsApproval` in deploy/kubernetes/break-glass.yaml.',
    example: 'SQLInstance.*,*.container.cnrm.cloud.google.com',
    schema: list(''),
  }),
  CORBEL_BREAK_GLASS_TICKET_PATTERN: setting({
    section: 'Break-glass',
    about: 'Regular expression (RE2) that the whole of a ticket must match. Without it any text is taken.',
    example: 'INC-[0-9]{4,8}',
    schema: z.union([absent, wholePattern]),
  }),
  CORBEL_BREAK_GLASS_TICKET_REQUIRED: setting({
    section: 'Break-glass',
    about: 'Whether a session needs a ticket: `on` or `off`.',
    example: 'on',
    schema: onOrOff('off'),
  }),
  CORBEL_BREAK_GLASS_TICKET_URL: setting({
    section: 'Break-glass',
    about: 'Where a ticket is found; `{ticket}` stands for it. Makes tickets links.',
    example: 'https://incidents.acme.example/browse/{ticket}',
    schema: z.union([absent, ticketAddress]),
  }),
  CORBEL_BREAK_GLASS_MINUTES: setting({
    section: 'Break-glass',
    about: 'How many minutes a session lasts where nothing else is asked for.',
    example: '60',
    schema: wholeNumber(60, 1, 240),
  }),
  CORBEL_BREAK_GLASS_MOST_MINUTES: setting({
    section: 'Break-glass',
    about: 'How many minutes a session may last at most, up to 240.',
    example: '240',
    schema: wholeNumber(240, 1, 240),
  }),
  CORBEL_BREAK_GLASS_IDLE_MINUTES: setting({
    section: 'Break-glass',
    about: 'After how many minutes in which nothing is done in it a session is ended.',
    example: '30',
    schema: wholeNumber(30, 1, 240),
  }),
  CORBEL_BREAK_GLASS_STEP_UP_SECONDS: setting({
    section: 'Break-glass',
    about:
      'How recently, in seconds, somebody must have proved who they are at the identity provider (`auth_time` in the ID token) to open a session or to agree to one. Who has not is sent there first.',
    example: '300',
    schema: wholeNumber(300, 30, 3600),
  }),
  CORBEL_BREAK_GLASS_ACR: setting({
    section: 'Break-glass',
    about:
      'How they must have done so: the values of `acr` that count, separated by commas; also asked of the identity provider as `acr_values`. Empty: any.',
    example: 'phr,phrh',
    schema: list(''),
  }),
  CORBEL_BREAK_GLASS_REVIEW_DAYS: setting({
    section: 'Break-glass',
    about: 'Within how many days of its end a session in which something was changed must be brought back to Git and reviewed.',
    example: '3',
    schema: wholeNumber(3, 1, 90),
  }),
  CORBEL_BREAK_GLASS_OVERDUE_BLOCKS: setting({
    section: 'Break-glass',
    about:
      'Whether an overdue review keeps the person, and everybody in the project, from another session unless it is for an incident: `on` or `off`.',
    example: 'on',
    schema: onOrOff('on'),
  }),
  CORBEL_CLUSTER_AUDIT_LOGS: setting({
    section: 'Audit log',
    about:
      'Files to which API servers write their own audit logs, as JSON `{"cluster": "file"}`, where the worker can see them. Break-glass is matched with them; a use without a session is an alert.',
    example: '{"infra-eu":"/var/log/kubernetes/audit.log"}',
    schema: z.union([z.undefined(), z.literal('').transform(() => undefined), json(z.record(z.string(), z.string().min(1)))]),
  }),
  CORBEL_CLUSTER_AUDIT_TOKEN: setting({
    section: 'Audit log',
    about:
      'Bearer token with which API servers send their audit events to `/api/webhooks/cluster-audit/{cluster}` (instead of a file). At least 32 characters; without it the webhook is shut.',
    example: '(openssl rand -hex 32)',
    secret: true,
    schema: z.union([z.undefined(), z.literal('').transform(() => undefined), text.min(32, 'must have at least 32 characters')]),
  }),
  CORBEL_CLUSTER_USER_PREFIX: setting({
    section: 'Audit log',
    about:
      'What API servers put before people’s names, as their authentication configuration says: the names in their audit logs carry it.',
    example: 'oidc:',
    schema: z.string().default('oidc:'),
  }),
  CORBEL_EVENT_SINKS: setting({
    section: 'Audit log',
    about:
      'Where every entry of the audit log is also sent, as CloudEvents, in order and at least once: JSON `[{"name", "url", "tokenFile"}]`. A sink that is down holds nothing up; entries wait in the log.',
    example: '[{"name":"siem","url":"https://siem.acme.example/corbel","tokenFile":"/etc/corbel/siem.token"}]',
    schema: z.union([z.undefined(), z.literal('').transform(() => undefined), json(sinkList)]),
  }),
  CORBEL_DEMO: setting({
    section: 'Demo',
    about: 'Set by the demo: what is simulated and what to try, as JSON. Leave it out in production.',
    example: '(absent)',
    schema: z.union([z.undefined(), json(demoWorld)]),
  }),
} as const

type Settings = typeof settings

/** The settings as read: one typed value per name. */
export type SettingValues = { [Name in keyof Settings]: z.output<Settings[Name]['schema']> }

/** Reads the settings out of an environment. Pure. Gives all values, or one sentence per mistake. */
export function readSettings(environment: Record<string, string | undefined>): { values: SettingValues } | { mistakes: string[] } {
  const mistakes: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(settings)) {
    const given = environment[name]
    const result = definition.schema.safeParse(given)
    if (result.success) values[name] = result.data
    else if (given === undefined) mistakes.push(`${name} is missing: ${definition.about} Example: ${definition.example}`)
    else for (const issue of result.error.issues) mistakes.push(`${name} ${issue.message}. Example: ${definition.example}`)
  }
  if (mistakes.length > 0) return { mistakes }
  // Proof of the cast: every name of `settings` was parsed by its own schema just above.
  return { values: values as SettingValues }
}

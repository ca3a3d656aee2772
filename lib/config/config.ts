/** The configuration, read from the environment once and validated: the only reader of `process.env` in the product. */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type ClusterSetting, readSettings, type SettingValues } from '#lib/config/settings.ts'

/** Settings in the words of the code. */
export interface Config {
  url: string
  secret: string
  logLevel: SettingValues['CORBEL_LOG_LEVEL']
  workerPort: number
  databaseUrl: string
  oidc: {
    issuer: string
    discoveryUrl: string
    clientId: string
    clientSecret: string
    scopes: string
    usernameClaim: string
    groupsClaim: string
  }
  adminGroups: string[]
  auditorGroups: string[]
  clusters: ClusterSetting[]
  kindPatterns: string[]
  /** Where blueprints are read, in this order. */
  blueprintSources: SettingValues['CORBEL_BLUEPRINTS']
  github: {
    url: string
    apiUrl: string
    appId: string
    privateKey: string
    webhookSecret: string
    clientId: string
    clientSecret: string
  }
  /** Cloud Asset Inventory; undefined where it is off. Limits are calls a minute. */
  assetInventory:
    | {
        url: string
        quotaProject: string | undefined
        listsPerMinute: number
        policySearchesPerMinute: number
        historiesPerMinute: number
        /** After how many hours projects are read anew; 0: never. */
        scanHours: number
      }
    | undefined
  /** The audit log's signing key (PEM; '' for none), and where checkpoints are also written. */
  audit: { key: string; checkpointFile: string | undefined }
  /** The clusters' own audit logs: a file by cluster, the token of their webhook, and what stands before people's names there. */
  clusterAudit: { logs: Record<string, string>; webhookToken: string | undefined; userPrefix: string }
  /** Where the audit chain is sent as CloudEvents; `token` is a bearer token. */
  eventSinks: { name: string; url: string; token: string | undefined }[]
  breakGlass: {
    on: boolean
    /** Whose members agree to sessions and are told of them. Empty: nobody. */
    approverGroups: string[]
    /** Patterns of kind keys; `*` stands for any text. */
    approvalKinds: string[]
    /** `pattern`: RE2, of the whole text. `url`: with {ticket} in it. */
    ticket: { pattern: string | undefined; required: boolean; url: string | undefined }
    minutes: number
    mostMinutes: number
    idleMinutes: number
    stepUpSeconds: number
    /** Empty: any. */
    acr: string[]
    reviewDays: number
    overdueBlocks: boolean
  }
  demo: SettingValues['CORBEL_DEMO']
}

/** Thrown when settings are wrong. The message lists every mistake, one sentence a line. */
export class ConfigurationError extends Error {
  readonly mistakes: string[]
  constructor(mistakes: string[]) {
    super(
      `Corbel cannot start: ${mistakes.length === 1 ? 'one setting is' : `${mistakes.length} settings are`} wrong.\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
    )
    this.mistakes = mistakes
  }
}

/** Reads and checks a configuration, files that settings name included. Throws ConfigurationError. */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const result = readSettings(environment)
  if ('mistakes' in result) throw new ConfigurationError(result.mistakes)
  const values = result.values
  const mistakes: string[] = []
  const readable = (name: string, file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      mistakes.push(`${name} names the file ${file}, which cannot be read.`)
      return ''
    }
  }
  const privateKey = readable('GITHUB_APP_PRIVATE_KEY_FILE', values.GITHUB_APP_PRIVATE_KEY_FILE)
  if (privateKey && !privateKey.includes('PRIVATE KEY'))
    mistakes.push('GITHUB_APP_PRIVATE_KEY_FILE names a file that holds no private key (PEM).')
  const auditKey = values.CORBEL_AUDIT_KEY_FILE ? readable('CORBEL_AUDIT_KEY_FILE', values.CORBEL_AUDIT_KEY_FILE) : ''
  if (auditKey && !isEd25519(auditKey))
    mistakes.push(
      'CORBEL_AUDIT_KEY_FILE names a file that holds no Ed25519 private key in PEM. Make one with: openssl genpkey -algorithm ed25519',
    )
  for (const cluster of values.CORBEL_CLUSTERS) readable(`CORBEL_CLUSTERS (cluster "${cluster.name}")`, cluster.kubeconfig)
  const unknown = Object.keys(values.CORBEL_CLUSTER_AUDIT_LOGS ?? {}).filter(
    (name) => !values.CORBEL_CLUSTERS.some((one) => one.name === name),
  )
  if (unknown.length > 0) mistakes.push(`CORBEL_CLUSTER_AUDIT_LOGS names ${unknown.join(', ')}, which CORBEL_CLUSTERS does not have.`)
  const eventSinks = (values.CORBEL_EVENT_SINKS ?? []).map(({ name, url, tokenFile }) => ({
    name,
    url,
    token: tokenFile === undefined ? undefined : readable(`CORBEL_EVENT_SINKS (sink "${name}")`, tokenFile).trim(),
  }))
  if (mistakes.length > 0) throw new ConfigurationError(mistakes)
  return {
    url: values.CORBEL_URL,
    secret: values.CORBEL_SECRET,
    logLevel: values.CORBEL_LOG_LEVEL,
    workerPort: values.CORBEL_WORKER_PORT,
    databaseUrl: values.DATABASE_URL,
    oidc: {
      issuer: values.OIDC_ISSUER,
      discoveryUrl: values.OIDC_DISCOVERY_URL ?? `${values.OIDC_ISSUER.replace(/\/+$/, '')}/.well-known/openid-configuration`,
      clientId: values.OIDC_CLIENT_ID,
      clientSecret: values.OIDC_CLIENT_SECRET,
      scopes: values.OIDC_SCOPES,
      usernameClaim: values.OIDC_USERNAME_CLAIM,
      groupsClaim: values.OIDC_GROUPS_CLAIM,
    },
    adminGroups: values.CORBEL_ADMIN_GROUPS,
    auditorGroups: values.CORBEL_AUDITOR_GROUPS,
    clusters: values.CORBEL_CLUSTERS,
    kindPatterns: values.CORBEL_KIND_PATTERNS,
    blueprintSources: values.CORBEL_BLUEPRINTS,
    github: {
      url: values.GITHUB_URL,
      apiUrl:
        values.GITHUB_API_URL ?? (values.GITHUB_URL === 'https://github.com' ? 'https://api.github.com' : `${values.GITHUB_URL}/api/v3`),
      appId: values.GITHUB_APP_ID,
      privateKey,
      webhookSecret: values.GITHUB_WEBHOOK_SECRET,
      clientId: values.GITHUB_CLIENT_ID,
      clientSecret: values.GITHUB_CLIENT_SECRET,
    },
    assetInventory:
      values.CORBEL_ASSET_INVENTORY === 'off'
        ? undefined
        : {
            url: values.CORBEL_ASSET_INVENTORY_URL,
            quotaProject: values.CORBEL_ASSET_INVENTORY_PROJECT,
            listsPerMinute: values.CORBEL_ASSET_LISTS_PER_MINUTE,
            policySearchesPerMinute: values.CORBEL_ASSET_POLICY_SEARCHES_PER_MINUTE,
            historiesPerMinute: values.CORBEL_ASSET_HISTORIES_PER_MINUTE,
            scanHours: values.CORBEL_IMPORT_SCAN_HOURS,
          },
    audit: { key: auditKey, checkpointFile: values.CORBEL_AUDIT_CHECKPOINT_FILE },
    breakGlass: {
      on: values.CORBEL_BREAK_GLASS,
      approverGroups: values.CORBEL_BREAK_GLASS_APPROVER_GROUPS ?? values.CORBEL_ADMIN_GROUPS,
      approvalKinds: values.CORBEL_BREAK_GLASS_APPROVAL_KINDS,
      ticket: {
        pattern: values.CORBEL_BREAK_GLASS_TICKET_PATTERN,
        required: values.CORBEL_BREAK_GLASS_TICKET_REQUIRED,
        url: values.CORBEL_BREAK_GLASS_TICKET_URL,
      },
      minutes: Math.min(values.CORBEL_BREAK_GLASS_MINUTES, values.CORBEL_BREAK_GLASS_MOST_MINUTES),
      mostMinutes: values.CORBEL_BREAK_GLASS_MOST_MINUTES,
      idleMinutes: values.CORBEL_BREAK_GLASS_IDLE_MINUTES,
      stepUpSeconds: values.CORBEL_BREAK_GLASS_STEP_UP_SECONDS,
      acr: values.CORBEL_BREAK_GLASS_ACR,
      reviewDays: values.CORBEL_BREAK_GLASS_REVIEW_DAYS,
      overdueBlocks: values.CORBEL_BREAK_GLASS_OVERDUE_BLOCKS,
    },
    clusterAudit: {
      logs: values.CORBEL_CLUSTER_AUDIT_LOGS ?? {},
      webhookToken: values.CORBEL_CLUSTER_AUDIT_TOKEN,
      userPrefix: values.CORBEL_CLUSTER_USER_PREFIX,
    },
    eventSinks,
    demo: values.CORBEL_DEMO,
  }
}

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelConfig?: Config }

/** The configuration of this process. Throws ConfigurationError at the first call when settings are wrong. */
export function config(): Config {
  if (!held.corbelConfig) {
    held.corbelConfig = loadConfig(process.env)
    process.env.NEXTAUTH_URL = `${held.corbelConfig.url}/api/auth` // next-auth takes its own address from nowhere else
  }
  return held.corbelConfig
}

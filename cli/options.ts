/** The command line of `corbel`: what may stand on it, and what each option says. */
import { parseArgs } from 'node:util'
import { Invalid } from '#lib/errors.ts'

export const formats = ['text', 'markdown', 'json'] as const
export type Format = (typeof formats)[number]

export interface Options {
  positionals: string[]
  base: string | undefined
  head: string
  directory: string
  repository: string | undefined
  format: Format
  kubeconfig: string | undefined
  context: string | undefined
  /** A folder of CustomResourceDefinitions. */
  crds: string | undefined
  /** A folder of ImportMappings. */
  mappings: string | undefined
  /** A database, a file with a signed checkpoint, an evidence bundle, public keys: of the audit log. */
  database: string | undefined
  fromCheckpoint: string | undefined
  bundle: string | undefined
  keys: string[]
  /** What API servers put before the names and groups of people. */
  prefix: string
  /** Patterns of offered groups. */
  kindPatterns: string[]
  offline: boolean
  server: boolean
  all: boolean
  /** Milliseconds. */
  wait: number
  poll: number
  settle: number
  help: boolean
}

/** Throws Invalid for options that are not known or make no sense. */
export function readOptions(args: string[], environment: Record<string, string | undefined>, directory: string): Options {
  let values: ReturnType<typeof parse>['values']
  let positionals: string[]
  try {
    ;({ values, positionals } = parse(args))
  } catch (error) {
    throw new Invalid(`${error instanceof Error ? error.message : error}. Run "corbel help".`)
  }
  const format = values.json ? 'json' : formats.find((candidate) => candidate === (values.format ?? 'text'))
  if (!format) throw new Invalid(`--format takes ${formats.join(', ')}, not "${values.format}".`)
  return {
    positionals,
    base: values.base,
    head: values.head ?? 'HEAD',
    directory: values.repo ?? directory,
    repository: values.repository ?? environment.GITHUB_REPOSITORY,
    format,
    kubeconfig: values.kubeconfig ?? environment.KUBECONFIG,
    context: values.context,
    crds: values.crds,
    mappings: values.mappings,
    database: values.database ?? environment.DATABASE_URL,
    fromCheckpoint: values['from-checkpoint'],
    bundle: values.bundle,
    keys: values.key ?? [],
    prefix: values.prefix ?? environment.CORBEL_CLUSTER_USER_PREFIX ?? 'oidc:',
    kindPatterns: (environment.CORBEL_KIND_PATTERNS ?? '*.cnrm.cloud.google.com').split(',').map((pattern) => pattern.trim()),
    offline: values.offline ?? false,
    server: values.server ?? false,
    all: values.all ?? false,
    wait: duration('wait', values.wait ?? '10m'),
    poll: Math.max(200, duration('poll', values.poll ?? '2s')),
    settle: duration('settle', values.settle ?? '30s'),
    help: values.help ?? false,
  }
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    strict: true,
    options: {
      base: { type: 'string' },
      head: { type: 'string' },
      repo: { type: 'string' },
      repository: { type: 'string' },
      format: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      crds: { type: 'string' },
      mappings: { type: 'string' },
      database: { type: 'string' },
      'from-checkpoint': { type: 'string' },
      bundle: { type: 'string' },
      key: { type: 'string', multiple: true },
      prefix: { type: 'string' },
      json: { type: 'boolean' },
      offline: { type: 'boolean' },
      server: { type: 'boolean' },
      all: { type: 'boolean' },
      wait: { type: 'string' },
      poll: { type: 'string' },
      settle: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

/** Milliseconds of `500ms`, `30s`, `10m` or `1h`. */
export function duration(name: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? '']
  if (number === undefined || factor === undefined) throw new Invalid(`--${name} takes a time such as 30s, 10m or 1h, not "${text}".`)
  return Number(number) * factor
}

export const helpText = `corbel: plans and applies the manifests of a Git repository

Usage
  corbel plan --base REF --head REF     what would change, with the API server's verdict (nothing is written)
  corbel apply --head REF [--base REF]  apply what changed since base, and wait until it is reconciled
  corbel validate [FILE…]               look for mistakes in manifest files
  corbel import convert --crds DIR      assets of the cloud inventory (JSON lines, standard input) to manifests (JSON lines)
  corbel blueprint test DIR…            look for mistakes in blueprints and kind hints, and fill the tests in them
  corbel audit verify [FILE]            recompute the audit log's chain: from an export (- for standard input), else from the database
  corbel doctor                         who else could do break-glass on a cluster, and what to do about it
  corbel help                           this text

The file corbel.yaml at the repository's root says where manifests are:
  cluster: demo
  manifests: [infra]

Options
  --repo DIR            the repository (default: this directory)
  --repository O/N      its name, written to applied resources (default: $GITHUB_REPOSITORY, else the remote "origin")
  --format F            text, markdown or json (default: text; --json is short for the last). Reports go to standard output, progress to standard error
  --kubeconfig FILE     how to reach the cluster (default: $KUBECONFIG); --context NAME chooses one of its contexts
  --crds DIR            import: the kinds to convert to. Blueprint: CustomResourceDefinitions to check against (default: those of the cluster, where one is named)
  --mappings DIR        import: ImportMappings (YAML) that say how assets become kinds of one's own
  --offline             plan, blueprint: do not ask the cluster
  --server              validate: ask the API server by dry run as well
  --all                 apply: every resource, not only those changed since base; without --base this is implied
  --wait TIME           apply: how long to wait for readiness (default 10m; 0s: do not wait)
  --poll TIME           apply: how often to look (default 2s)
  --settle TIME         apply: how long a failure must stay before it counts (default 30s)
  --key KEY             audit: a public key that is trusted, or a file of them; may be repeated
  --from-checkpoint F   audit: a checkpoint you kept, which must lie on the chain
  --bundle FILE         audit: verify an evidence bundle instead
  --database URL        audit: the portal's database (default: $DATABASE_URL)
  --prefix TEXT         doctor: what the API server puts before names of people (default: $CORBEL_CLUSTER_USER_PREFIX, else oidc:)

Apply deletes a resource removed since base only if it was applied from this repository (annotation corbel.dev/repository).

Exit codes
  0  all is well; with --wait 0s: everything was applied
  1  something is refused, failed, or was not ready in time
  2  the command line, corbel.yaml or the repository is not right
  3  the cluster could not be asked, or not about everything
Exit codes of audit verify
  0  intact      1  tampered with      2  could not tell
Exit codes of doctor
  0  clean       1  findings           2  could not tell, or not about everything
`

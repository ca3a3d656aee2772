/** The part `control-plane`: how our kube-apiserver is started, whom it believes, what it audits. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { nodePart } from '#demo/supervisor/node-part.ts'
import type { Part } from '#demo/supervisor/part.ts'
import type { AssetsOptions } from './assets.ts'

/** The identity provider whose ID tokens the API server takes as people. */
export interface TrustedIssuer {
  /** `https://localhost:PORT`, byte for byte the `iss` of its tokens. */
  issuer: string
  /** PEM of the authority that signed the issuer's certificate. */
  authority: string
  /** The `aud` of accepted tokens. */
  clientId: string
}

export interface ControlPlaneOptions {
  /** Our own program, or the folder of ready binaries. */
  program: { binary: string } | { assets: string }
  /** etcd's data, keys, admin.kubeconfig and the audit log; kept between runs. */
  directory: string
  port: number
  trusted?: TrustedIssuer
}

/** Where a control plane in `directory` leaves the administrator's kubeconfig. */
export const adminKubeconfig = (directory: string): string => join(directory, 'admin.kubeconfig')

/** Where it writes its audit log, JSON lines. */
export const auditLog = (directory: string): string => join(directory, 'audit.log')

/** What it writes there: the policy we ship. */
const auditPolicyFile = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes', 'control-plane', 'audit-policy.yaml')

/** The API server as a part. Writes its policy files. */
export function controlPlanePart({ program, directory, port, trusted }: ControlPlaneOptions): Part {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const write = (name: string, document: object): string => {
    const file = join(directory, name)
    writeFileSync(file, stringify(document), { mode: 0o600 })
    return file
  }
  const flags = [
    `--audit-policy-file=${auditPolicyFile}`,
    `--audit-log-path=${auditLog(directory)}`,
    '--audit-log-maxsize=50',
    '--audit-log-maxbackup=3',
  ]
  if (trusted) flags.push(`--authentication-config=${write('authentication.yaml', authenticationConfiguration(trusted))}`)
  const part = {
    name: 'control-plane',
    title: 'The control plane',
    probe: async () => isReady(port, readFileSync(join(directory, 'ca.crt'), 'utf8')),
    ports: [port],
    readyWithinMs: 120_000,
    foundation: true as const,
  }
  if ('assets' in program) {
    const options: AssetsOptions = { assets: program.assets, directory, port, flags }
    return nodePart({ ...part, program: 'demo/control-plane/assets-main.ts', options })
  }
  const args = ['--data-dir', directory, '--port', String(port), '--follow-stdin', '--', ...flags]
  return { ...part, command: program.binary, args, env: { GOMEMLIMIT: '700MiB' } }
}

/**
 * People by their verified e-mail and groups, both prefixed so that no token can name a built-in user. Source: Kubernetes
 * documentation, "Using Authentication Configuration".
 */
export const authenticationConfiguration = ({ issuer, authority, clientId }: TrustedIssuer): object => ({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AuthenticationConfiguration',
  jwt: [
    {
      issuer: { url: issuer, certificateAuthority: authority, audiences: [clientId] },
      claimValidationRules: [{ expression: 'claims.email_verified == true', message: 'the e-mail address is not verified' }],
      claimMappings: { username: { expression: '"oidc:" + claims.email' }, groups: { claim: 'groups', prefix: 'oidc:' } },
      userValidationRules: [
        // behind the prefix such names are harmless, but whoever asks for one is up to something
        { expression: "!user.username.startsWith('oidc:system:')", message: 'names that start with system: are reserved' },
        { expression: "user.groups.all(group, !group.startsWith('oidc:system:'))", message: 'groups that start with system: are reserved' },
      ],
    },
  ],
})

const isReady = (port: number, ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path: '/readyz', ca, timeout: 2_000 }, (reply) => {
      reply.resume()
      resolve(reply.statusCode === 200)
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(false))
    call.end()
  })

/**
 * The control plane from a folder of ready binaries (KUBEBUILDER_ASSETS: kube-apiserver and etcd) in place of our own
 * program. It has no controllers: deleted namespaces stay, nothing is garbage-collected, aggregated roles are not filled.
 */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { createAuthority, issueClientCertificate, issueServerCertificate } from '#demo/identity/certificates.ts'

/** What the part `control-plane` reads when it runs ready binaries. */
export interface AssetsOptions {
  /** The folder with the two programs. */
  assets: string
  directory: string
  port: number
  /** Flags of kube-apiserver besides those every demo cluster has. */
  flags: string[]
}

const validDays = 365

/** Throws a sentence where the folder lacks one of the programs. */
export function checkAssets(assets: string): void {
  for (const program of ['kube-apiserver', 'etcd'])
    if (!existsSync(join(assets, program)))
      throw new Error(`KUBEBUILDER_ASSETS names ${assets}, which has no ${program}. Correct or unset it.`)
}

/** Keys and certificates, made once, under the names our own program uses; and the administrator's kubeconfig, each time. */
export function writeKeys(directory: string, port: number): void {
  const file = (name: string): string => join(directory, name)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (!existsSync(file('server.crt'))) {
    const authority = createAuthority('corbel-demo-authority', validDays)
    const server = issueServerCertificate(authority, ['localhost', 'kubernetes.default.svc', '127.0.0.1', '10.0.0.1'], validDays)
    const admin = issueClientCertificate(authority, { commonName: 'corbel-demo-admin', organization: 'system:masters' }, validDays)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const contents = [
      ['ca.crt', authority.certificate],
      ['admin.crt', admin.certificate],
      ['admin.key', admin.key],
      ['service-account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      ['server.key', server.key],
      ['server.crt', server.certificate], // last: it says that the set is complete
    ] as const
    for (const [name, text] of contents) writeFileSync(file(name), text, { mode: 0o600 })
  }
  const base64 = (name: string): string => readFileSync(file(name)).toString('base64')
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'corbel', server: `https://127.0.0.1:${port}`, caData: base64('ca.crt'), skipTLSVerify: false },
    { name: 'admin', certData: base64('admin.crt'), keyData: base64('admin.key') },
  )
  writeFileSync(file('admin.kubeconfig'), config.exportConfig(), { mode: 0o600 })
}

/** etcd on a socket in the closed directory, so that no other account of the machine reaches it. */
export const etcdFlags = (directory: string): string[] => [
  `--data-dir=${join(directory, 'etcd')}`,
  `--listen-client-urls=unix://${join(directory, 'etcd.sock')}`,
  '--advertise-client-urls=http://127.0.0.1:0',
  `--listen-peer-urls=unix://${join(directory, 'peer.sock')}`,
  '--initial-advertise-peer-urls=http://127.0.0.1:0',
  '--initial-cluster=default=http://127.0.0.1:0',
  '--unsafe-no-fsync',
  '--log-level=error',
]

/** The same flags as demo/control-plane/main.go gives. */
export const apiServerFlags = ({ directory, port, flags }: AssetsOptions): string[] => [
  `--etcd-servers=unix://${join(directory, 'etcd.sock')}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${port}`,
  '--endpoint-reconciler-type=none',
  '--service-cluster-ip-range=10.0.0.0/24',
  `--tls-cert-file=${join(directory, 'server.crt')}`,
  `--tls-private-key-file=${join(directory, 'server.key')}`,
  `--client-ca-file=${join(directory, 'ca.crt')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(directory, 'service-account.key')}`,
  `--service-account-signing-key-file=${join(directory, 'service-account.key')}`,
  '--authorization-mode=RBAC',
  '--disable-admission-plugins=ServiceAccount',
  ...flags,
]

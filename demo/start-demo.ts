/**
 * Starts the whole demo: foundations, seed, stand-ins, worker, web. Builds run beside them. Also the way in for tests and
 * benchmarks, which give a state directory of their own.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Foundations, startFoundations } from '#demo/foundations.ts'
import * as parts from '#demo/parts.ts'
import { createProgress } from '#demo/progress.ts'
import { choosePorts, type DemoRecord, keepSecrets, type Ports, prepareState, removeRecord, writeRecord } from '#demo/state.ts'
import { createSupervisor } from '#demo/supervisor/supervisor.ts'
import { buildWeb } from '#demo/web-build.ts'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { seedRepositories } from '#demo/world/seed-repositories.ts'
import { seedResources } from '#demo/world/seed-resources.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { throughRestarts } from '#demo/world/through-restarts.ts'
import { generatePrismaClient } from '#scripts/prisma-generate.ts'

export interface DemoOptions {
  /** State directory; two demos must not share one. */
  directory: string
  /** Next's development server in place of the built product. */
  development?: boolean
  /** A folder of further CustomResourceDefinitions. */
  crds?: string
  /** Gets lines for people: progress, and what happens to parts later. */
  tell: (line: string) => void
}

export interface Demo {
  url: string
  githubUrl: string
  ports: Ports
  foundations: Foundations
  /** Settings as web and worker have them, for tools that need the same. */
  environment: Record<string, string>
  logs: string
  /** Seconds each step of the start took. */
  times: Record<string, number>
  /** Process id by part. */
  pids: () => Record<string, number>
  stop: () => Promise<void>
}

/** A start in progress: `ready` settles when all parts run; `stop` ends it at any time. */
export interface StartingDemo {
  ready: Promise<Demo>
  stop: () => Promise<void>
}

/** Starts everything. `ready` rejects with a sentence when a part cannot start; the caller then calls `stop`. */
export function startDemo(options: DemoOptions): StartingDemo {
  prepareState(options.directory)
  const logs = join(options.directory, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const startedAt = new Date().toISOString()
  writeRecord(options.directory, { pid: process.pid, startedAt, logs })
  let record: DemoRecord | undefined
  const keepRecord = (): void => {
    if (record) writeRecord(options.directory, { ...record, pids: supervisor.pids() })
  }
  const supervisor = createSupervisor({ logs, tell: options.tell, changed: keepRecord })
  const progress = createProgress(options.tell)
  const stop = async (): Promise<void> => {
    record = undefined
    await supervisor.stop()
    removeRecord(options.directory)
  }

  const begin = async (): Promise<Demo> => {
    const { directory } = options
    const ports = await choosePorts(directory)
    const secrets = keepSecrets(directory)
    await progress.step('Prisma client', async () => generatePrismaClient())
    const built = options.development ? Promise.resolve(undefined) : progress.step('Portal build', buildWeb)
    built.catch(() => {}) // awaited below; until then a failure must not end the process
    const foundations = await startFoundations({ directory, ports, supervisor, progress })
    const context = { directory, ports, secrets, foundations, portalKubeconfig: join(directory, 'portal.kubeconfig') }
    const { kubeconfig } = foundations
    const cloudKubeconfig = join(directory, 'cloud.kubeconfig')
    const seedWorld = async (): Promise<void> => {
      const [commits] = await Promise.all([
        seedRepositories(join(directory, 'github')),
        seedCluster({ kubeconfig, crdFolders: options.crds ? [options.crds] : [] }),
      ])
      await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'corbel', file: context.portalKubeconfig })
      await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'cloud', file: cloudKubeconfig })
      await seedResources({ kubeconfig, commits })
    }
    await Promise.all([
      progress.step('Identity provider', () => supervisor.start(parts.identity(context))),
      progress.step('Kinds, projects, people and repositories', () => throughRestarts(seedWorld)),
    ])
    await Promise.all([
      progress.step('GitHub stand-in', () => supervisor.start(parts.github(context))),
      progress.step('Cloud and reconcilers (simulated)', () => supervisor.start(parts.cloud(cloudKubeconfig, ports))),
      progress.step('Asset inventory (simulated)', () => supervisor.start(parts.assetInventory(context))),
      progress.step('CI runner', () => supervisor.start(parts.ci(context))),
      progress.step('Worker', () => supervisor.start(parts.worker(context))),
      built.then((webBuild) =>
        progress.step(options.development ? 'Portal (development server)' : 'Portal', () => supervisor.start(parts.web(context, webBuild))),
      ),
    ])

    const demo: Demo = {
      url: parts.portalUrl(ports),
      githubUrl: parts.githubUrl(ports),
      ports,
      foundations,
      environment: parts.portalEnvironment(context),
      logs,
      times: progress.times,
      pids: supervisor.pids,
      stop,
    }
    const { databaseUrl } = foundations
    record = { pid: process.pid, url: demo.url, startedAt, ports, kubeconfig, databaseUrl, github: demo.githubUrl, logs }
    keepRecord()
    return demo
  }
  return { ready: begin(), stop }
}

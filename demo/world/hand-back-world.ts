/** What a test of bringing emergency changes back to Git needs: the world of changes, and a repository on the GitHub stand-in with its CI. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '#cli/main.ts'
import { gitEnvironment } from '#demo/github/git.ts'
import { createRepository, repositoryPath } from '#demo/github/repositories.ts'
import { startGitHub } from '#demo/github/start.ts'
import { applyChange } from '#lib/break-glass/change-apply.ts'
import { dryRunChange } from '#lib/break-glass/change-dry-run.ts'
import { saveChange, startChange } from '#lib/break-glass/change-editor.ts'
import { database } from '#lib/database/client.ts'
import { asApp } from '#lib/forge/forge.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'
import { bucketKind, type ChangeWorld, changeWorld } from './change-world.ts'
import { testKubeconfig } from './test-cluster.ts'

export const repository = 'acme/payments'

export interface HandBackWorld extends ChangeWorld {
  /** The folder of the project's manifests. */
  folder: string
  /** Commits files to main by hand; null deletes. Gives the commit. */
  commit: (files: Record<string, string | null>) => string
  /** A file at the head of main. */
  fileNow: (path: string) => string
  /** Merges the pull request of a proposal. Gives the merge commit. */
  merge: (proposal: string) => Promise<string>
  close: (proposal: string) => Promise<void>
  /** `corbel apply` of what came to main since a commit. */
  apply: (base?: string) => Promise<{ code: number; out: string }>
  head: () => string
}

export async function handBackWorld(): Promise<HandBackWorld> {
  const world = await changeWorld()
  const directory = mkdtempSync(join(tmpdir(), 'corbel-hand-back-'))
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await createRepository(directory, repository, { 'corbel.yaml': 'cluster: demo\nmanifests: [infra]\n' })
  const github = await startGitHub({
    directory,
    app: { id: '1', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), slug: 'corbel' },
    oauth: { clientId: 'x', clientSecret: 'x', redirectUris: [] },
    webhooks: [],
    people: [],
  })
  writeFileSync(join(directory, 'app.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(directory, 'audit.pem'), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  Object.assign(process.env, {
    GITHUB_URL: github.url,
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    CORBEL_AUDIT_KEY_FILE: join(directory, 'audit.pem'),
    CORBEL_BREAK_GLASS_APPROVER_GROUPS: 'security',
  })
  const { namespace } = world.project
  const folder = `infra/${namespace}`
  await world.fresh.database.project.updateMany({ where: { namespace }, data: { repository, path: folder } })
  const clone = join(directory, 'clone')
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@acme.test', ...args], {
      cwd: clone,
      encoding: 'utf8',
      env: gitEnvironment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  mkdirSync(clone)
  git('clone', '--quiet', repositoryPath(directory, repository) ?? '', '.')
  const pull = (): void => void git('pull', '--quiet', '--ff-only')
  const octokit = () => asApp(repository).octokit()
  const repo = { owner: 'acme', repo: 'payments' }
  const numberOf = async (proposal: string): Promise<number> => {
    await openProposal(proposal)
    return (await database().proposal.findUniqueOrThrow({ where: { id: proposal } })).pullNumber ?? 0
  }
  return {
    ...world,
    folder,
    commit: (files) => {
      pull()
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(clone, path)), { recursive: true })
        if (text === null) rmSync(join(clone, path))
        else writeFileSync(join(clone, path), text)
      }
      git('add', '--all')
      git('commit', '--quiet', '--message', 'By hand')
      git('push', '--quiet', 'origin', 'HEAD:main')
      return git('rev-parse', 'HEAD')
    },
    fileNow: (path) => {
      pull()
      return readFileSync(join(clone, path), 'utf8')
    },
    merge: async (proposal) => (await (await octokit()).rest.pulls.merge({ ...repo, pull_number: await numberOf(proposal) })).data.sha,
    close: async (proposal) =>
      void (await (await octokit()).rest.pulls.update({ ...repo, pull_number: await numberOf(proposal), state: 'closed' })),
    apply: async (base) => {
      pull()
      let out = ''
      const since = base === undefined ? [] : ['--base', base]
      const kubeconfig = ['--kubeconfig', testKubeconfig()]
      const code = await run(
        ['apply', '--head', 'HEAD', ...since, '--repo', clone, '--repository', repository, ...kubeconfig, '--wait', '0s'],
        {
          environment: {},
          directory: clone,
          out: (text) => {
            out += text
          },
          err: () => {},
        },
      )
      return { code, out }
    },
    head: () => {
      pull()
      return git('rev-parse', 'HEAD')
    },
    stop: async () => {
      await closeJobQueue()
      await world.stop()
      await github.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A bucket that `corbel apply` made from Git. Gives its name; its file is `<folder>/<name>.yaml`. */
export async function bucketFromGit(
  world: HandBackWorld,
  file = (manifest: string): string => manifest,
  annotations = '',
): Promise<string> {
  const name = `b-${randomUUID()}`
  const manifest = `apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: ${name} # the name
  namespace: ${world.project.namespace}
  annotations:
    cnrm.cloud.google.com/state-into-spec: absent
${annotations}spec:
  location: EU
  # cheap enough, we thought
  storageClass: STANDARD # see the ticket
`
  const base = world.head()
  world.commit({ [`${world.folder}/${name}.yaml`]: file(manifest) })
  const { code, out } = await world.apply(base)
  if (code !== 0) throw new Error(out)
  return name
}

/** An emergency change of a bucket, typed, judged and applied. Gives its id. */
export async function changedBucket(
  world: HandBackWorld,
  session: string,
  name: string,
  edit: (text: string) => string = (text) => text.replace('storageClass: STANDARD', 'storageClass: NEARLINE'),
): Promise<string> {
  const started = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
  await saveChange(session, started.change.id, { text: edit(started.text), revision: started.change.revision }, world.alice)
  const judged = await dryRunChange(session, started.change.id, world.alice, 'test')
  const applied = await applyChange(session, judged.id, { name, hash: judged.patchHash ?? '' }, world.alice, 'test')
  if (applied.state !== 'applied') throw new Error(`${applied.state}: ${applied.problem ?? judged.dryRun?.message}`)
  return applied.id
}

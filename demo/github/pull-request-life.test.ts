import { expect, test } from 'vitest'
import { textAt, valueAt } from '#lib/json.ts'
import {
  commitOnBranch,
  installationOctokit,
  octokitOfApp,
  octokitWith,
  repo,
  signInAs,
  startForTest,
  startReceiver,
  witness,
} from './test-world.ts'

test("a pull request's whole life with unmodified octokit stays within GitHub's own API description", { timeout: 60_000 }, async () => {
  const receiver = await startReceiver('hook secret')
  const github = await startForTest([{ url: receiver.url, secret: 'hook secret' }])
  const seen = witness()
  try {
    const app = octokitOfApp(github, seen.fetch)
    const installation = await app.rest.apps.getRepoInstallation(repo)
    await app.rest.apps.getAuthenticated()
    await app.rest.apps.getInstallation({ installation_id: installation.data.id })
    await app.rest.apps.getOrgInstallation({ org: 'acme' })
    await app.rest.apps.createInstallationAccessToken({
      installation_id: installation.data.id,
      repositories: ['payments'],
      permissions: { contents: 'read' },
    })
    const bot = octokitOfApp(github, seen.fetch, installation.data.id)
    const alice = octokitWith(github, (await signInAs(github, 'alice')).access_token, seen.fetch)
    expect((await alice.rest.users.getAuthenticated()).data.login).toBe('alice')
    expect((await alice.rest.users.listEmailsForAuthenticatedUser()).data[0]?.email).toBe('alice@acme.test')
    await alice.rest.repos.listForAuthenticatedUser()
    await alice.rest.apps.listInstallationsForAuthenticatedUser()
    await alice.rest.users.getByUsername({ username: 'bob' })
    expect((await bot.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1)
    expect((await bot.rest.repos.get(repo)).data.default_branch).toBe('main')
    expect((await bot.rest.repos.getCollaboratorPermissionLevel({ ...repo, username: 'alice' })).data.permission).toBe('write')
    await bot.rest.repos.checkCollaborator({ ...repo, username: 'alice' })
    await bot.rest.rateLimit.get()

    // The base, read in every way a portal may.
    const base = (await alice.rest.repos.getBranch({ ...repo, branch: 'main' })).data.commit.sha
    await alice.rest.repos.listBranches(repo)
    await alice.rest.git.getCommit({ ...repo, commit_sha: base })
    await alice.rest.git.listMatchingRefs({ ...repo, ref: 'heads/' })
    const path = 'infra/payments-prod/storagebucket-receipts.yaml'
    const listing = await alice.rest.git.getTree({ ...repo, tree_sha: base, recursive: 'true' })
    const entry = listing.data.tree.find((one) => one.path === path)
    const old = await alice.rest.git.getBlob({ ...repo, file_sha: entry?.sha ?? '' })
    expect(Buffer.from(old.data.content, 'base64').toString()).toContain('location: EU')
    await alice.rest.repos.getContent({ ...repo, path })
    expect((await alice.rest.repos.getContent({ ...repo, path: '' })).data).toHaveLength(2)

    // Branch, commit, pull request.
    const blob = await alice.rest.git.createBlob({ ...repo, content: 'kind: StorageBucket\nspec:\n  location: US\n' })
    const tree = await alice.rest.git.createTree({
      ...repo,
      base_tree: base,
      tree: [
        { path, mode: '100644', type: 'blob', sha: blob.data.sha },
        { path: 'corbel.yaml', mode: '100644', type: 'blob', sha: null },
      ],
    })
    expect(tree.data.tree.map((one) => one.path)).toEqual(['infra'])
    const author = { name: 'Alice Ek', email: 'alice@acme.test' }
    const message = 'Move receipts to the US\n\nCorbel-Proposal: 1'
    const commit = await alice.rest.git.createCommit({ ...repo, message, tree: tree.data.sha, parents: [base], author })
    await alice.rest.git.createRef({ ...repo, ref: 'refs/heads/corbel/receipts', sha: commit.data.sha })
    const opened = await alice.rest.pulls.create({
      ...repo,
      title: 'Move receipts',
      head: 'corbel/receipts',
      base: 'main',
      body: 'Why not',
    })
    const number = opened.data.number
    expect(opened.data).toMatchObject({ user: { login: 'alice' }, mergeable: true, changed_files: 2, commits: 1, merged: false })
    const told = await receiver.until(({ event, body }) => event === 'pull_request' && body.action === 'opened')
    expect(valueAt(told.body, ['pull_request', 'number'])).toBe(number)
    expect(textAt(told.body, 'repository', 'full_name')).toBe('acme/payments')
    expect(valueAt(told.body, ['installation', 'id'])).toBe(installation.data.id)

    // Continuous integration reports.
    const check = await bot.rest.checks.create({ ...repo, name: 'corbel/plan', head_sha: commit.data.sha, status: 'in_progress' })
    expect(check.data.conclusion).toBeNull()
    await bot.rest.checks.update({
      ...repo,
      check_run_id: check.data.id,
      status: 'completed',
      conclusion: 'success',
      output: { title: '1 changed', summary: '| a |\n|---|\n| b |', text: 'a log' },
    })
    expect((await bot.rest.checks.get({ ...repo, check_run_id: check.data.id })).data.output.text).toBe('a log')
    expect((await bot.rest.checks.listForRef({ ...repo, ref: 'corbel/receipts' })).data.check_runs[0]?.conclusion).toBe('success')
    const judged = await receiver.until(({ event, body }) => event === 'check_run' && body.action === 'completed')
    expect(valueAt(judged.body, ['check_run', 'pull_requests', 0, 'number'])).toBe(number)
    await bot.rest.repos.createCommitStatus({ ...repo, sha: commit.data.sha, state: 'pending', context: 'lint' })
    await bot.rest.repos.createCommitStatus({ ...repo, sha: commit.data.sha, state: 'success', context: 'lint', description: 'fine' })
    expect((await bot.rest.repos.getCombinedStatusForRef({ ...repo, ref: commit.data.sha })).data.state).toBe('success')
    expect((await bot.rest.repos.listCommitStatusesForRef({ ...repo, ref: commit.data.sha })).data).toHaveLength(2)
    const comment = await bot.rest.issues.createComment({ ...repo, issue_number: number, body: '<!-- corbel:plan -->\nOne change' })
    await bot.rest.issues.updateComment({ ...repo, comment_id: comment.data.id, body: '<!-- corbel:plan -->\nTwo changes' })
    await bot.rest.issues.getComment({ ...repo, comment_id: comment.data.id })
    expect((await bot.rest.issues.listComments({ ...repo, issue_number: number })).data[0]?.body).toContain('Two changes')
    const passing = await bot.rest.issues.createComment({ ...repo, issue_number: number, body: 'never mind' })
    await bot.rest.issues.deleteComment({ ...repo, comment_id: passing.data.id })
    await receiver.until(({ event, body }) => event === 'issue_comment' && body.action === 'edited')
    await bot.rest.issues.createLabel({ ...repo, name: 'import', color: 'aabbcc' })
    await bot.rest.issues.addLabels({ ...repo, issue_number: number, labels: ['corbel', 'import'] })
    expect((await bot.rest.issues.listLabelsOnIssue({ ...repo, issue_number: number })).data).toHaveLength(2)
    await bot.rest.issues.removeLabel({ ...repo, issue_number: number, name: 'import' })
    await bot.rest.issues.setLabels({ ...repo, issue_number: number, labels: ['corbel'] })
    await bot.rest.issues.listLabelsForRepo(repo)
    await bot.rest.issues.get({ ...repo, issue_number: number })

    // More commits, then reading it back.
    const second = await alice.rest.git.createCommit({ ...repo, message: 'Once more', tree: tree.data.sha, parents: [commit.data.sha] })
    await alice.rest.git.updateRef({ ...repo, ref: 'heads/corbel/receipts', sha: second.data.sha })
    const moved = await receiver.until(({ event, body }) => event === 'pull_request' && body.action === 'synchronize')
    expect(textAt(moved.body, 'pull_request', 'head', 'sha')).toBe(second.data.sha)
    await alice.rest.pulls.update({ ...repo, pull_number: number, title: 'Move receipts to the US', body: 'Cheaper' })
    expect((await alice.rest.pulls.list({ ...repo, head: 'acme:corbel/receipts' })).data).toHaveLength(1)
    const files = await alice.rest.pulls.listFiles({ ...repo, pull_number: number })
    expect(files.data.map((file) => [file.filename, file.status, file.additions, file.deletions])).toEqual([
      ['corbel.yaml', 'removed', 0, 2],
      [path, 'modified', 1, 1],
    ])
    expect((await alice.rest.pulls.listCommits({ ...repo, pull_number: number })).data.map((one) => one.sha)).toEqual([
      commit.data.sha,
      second.data.sha,
    ])
    expect((await alice.rest.pulls.listReviews({ ...repo, pull_number: number })).data).toEqual([])
    const comparison = await alice.rest.repos.compareCommitsWithBasehead({ ...repo, basehead: 'main...corbel/receipts' })
    expect(comparison.data).toMatchObject({ status: 'ahead', ahead_by: 2, behind_by: 0 })
    const history = await alice.rest.repos.listCommits({ ...repo, sha: 'corbel/receipts', path })
    expect(history.data.map((one) => one.sha)).toEqual([commit.data.sha, base])
    expect((await alice.rest.repos.getCommit({ ...repo, ref: commit.data.sha })).data.files).toHaveLength(2)
    await expect(alice.rest.pulls.checkIfMerged({ ...repo, pull_number: number })).rejects.toMatchObject({ status: 404 })

    // Merge, and what remains.
    const merge = await alice.rest.pulls.merge({ ...repo, pull_number: number, sha: second.data.sha })
    await alice.rest.pulls.checkIfMerged({ ...repo, pull_number: number })
    const after = await alice.rest.pulls.get({ ...repo, pull_number: number })
    expect(after.data).toMatchObject({
      merged: true,
      state: 'closed',
      merge_commit_sha: merge.data.sha,
      merged_by: { login: 'alice' },
      commits: 2,
    })
    const closed = await receiver.until(({ event, body }) => event === 'pull_request' && body.action === 'closed')
    expect(valueAt(closed.body, ['pull_request', 'merged'])).toBe(true)
    const push = await receiver.until(({ event, body }) => event === 'push' && body.ref === 'refs/heads/main' && body.before === base)
    expect(push.body.after).toBe(merge.data.sha)
    const found = await bot.rest.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: merge.data.sha })
    expect(found.data.map((one) => one.number)).toEqual([number])
    await alice.rest.git.deleteRef({ ...repo, ref: 'heads/corbel/receipts' })
    expect((await alice.rest.pulls.get({ ...repo, pull_number: number })).data.head.sha).toBe(second.data.sha)

    // Files and merges without a pull request.
    const written = await bot.rest.repos.createOrUpdateFileContents({
      ...repo,
      path: 'docs/why.md',
      message: 'Say why',
      content: Buffer.from('Because.\n').toString('base64'),
    })
    await bot.rest.repos.deleteFile({ ...repo, path: 'docs/why.md', message: 'Say nothing', sha: written.data.content?.sha ?? '' })
    await commitOnBranch(bot, 'side', 'side.txt', 'side\n')
    expect((await bot.rest.repos.merge({ ...repo, base: 'main', head: 'side' })).status).toBe(201)

    expect(seen.violations).toEqual([])
    expect(seen.operations.size).toBeGreaterThan(60)
    const ids = receiver.received.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  } finally {
    await github.close()
    await receiver.close()
  }
})

test('long lists come in pages with links octokit follows, and unchanged answers as 304', { timeout: 60_000 }, async () => {
  const github = await startForTest()
  try {
    const bot = await installationOctokit(github)
    await commitOnBranch(bot, 'talk', 'talk.txt', 'talk\n')
    const { data: pull } = await bot.rest.pulls.create({ ...repo, title: 'Talk', head: 'talk', base: 'main' })
    for (let count = 1; count <= 7; count++)
      await bot.rest.issues.createComment({ ...repo, issue_number: pull.number, body: `comment ${count}` })
    const first = await bot.rest.issues.listComments({ ...repo, issue_number: pull.number, per_page: 3 })
    expect(first.headers.link).toMatch(/page=2.*rel="next".*page=3.*rel="last"/)
    const all = await bot.paginate(bot.rest.issues.listComments, { ...repo, issue_number: pull.number, per_page: 3 })
    expect(all.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5, 6, 7].map((count) => `comment ${count}`))
    const etag = first.headers.etag ?? ''
    const again = bot.rest.issues.listComments({ ...repo, issue_number: pull.number, per_page: 3, headers: { 'if-none-match': etag } })
    await expect(again).rejects.toMatchObject({ status: 304 })
    expect(Number(first.headers['x-ratelimit-remaining'])).toBeLessThan(5000)
  } finally {
    await github.close()
  }
})

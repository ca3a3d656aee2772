import { endLogins } from './steps/demo-world.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { pickPersonIfAsked, signIn } from './steps/people.ts'

const pages = ['/', '/create', '/resources', '/proposals', '/projects']

test('every page carries a policy with a fresh nonce and the headers that go with it', async ({ page, request, baseURL }) => {
  await signIn(page, 'alice')
  const nonces = new Set<string>()
  for (const path of pages) {
    const reply = await page.request.get(path)
    expect(reply.status(), path).toBe(200)
    const policy = reply.headers()['content-security-policy'] ?? ''
    const script = /script-src ([^;]*)/.exec(policy)?.[1] ?? ''
    expect(script, path).toMatch(/'nonce-[^']{20,}'/)
    expect(script, path).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
    expect(policy, path).toContain("object-src 'none'")
    expect(policy, path).toContain("base-uri 'none'")
    expect(policy, path).toContain("frame-ancestors 'none'")
    const nonce = /'nonce-([^']+)'/.exec(script)?.[1] ?? ''
    expect(nonces.has(nonce), `${path} has a nonce of its own`).toBe(false)
    nonces.add(nonce)
    const html = await reply.text()
    const scripts = html.match(/<script\b[^>]*>/g) ?? []
    expect(scripts.length, path).toBeGreaterThan(0)
    expect(
      scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
      path,
    ).toEqual([])
    expect(reply.headers()['x-content-type-options'], path).toBe('nosniff')
    expect(reply.headers()['referrer-policy'], path).toBe('same-origin')
    expect(reply.headers()['x-frame-options'], path).toBe('DENY')
    expect(reply.headers()['cache-control'], path).toMatch(/no-store|private/)
    expect(reply.headers()['x-powered-by'], path).toBeUndefined()
  }
  const strangers = await request.get(`${baseURL}/api/v1/resources`)
  expect(strangers.status()).toBe(401)
  expect(strangers.headers()['content-type']).toContain('application/problem+json')
  expect(strangers.headers()['x-content-type-options']).toBe('nosniff')
})

test("the login's cookie is closed to scripts and other sites, and holds no token", async ({ page, context }) => {
  await signIn(page, 'alice')
  const cookies = await context.cookies(new URL(page.url()).origin)
  const login = cookies.find(({ name }) => /login/.test(name))
  expect(login).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect(login?.value).not.toMatch(/^ey|\./)
  expect(await page.evaluate(() => document.cookie)).not.toContain(login?.name ?? 'login')
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  expect(stored).not.toMatch(/eyJ[\w-]+\./)
})

test('nothing can be changed from another site', async ({ page, baseURL }) => {
  await signIn(page, 'alice')
  const own = new URL(baseURL ?? '').origin
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'http://localhost:1' }]) {
    for (const [method, path] of [
      ['PUT', '/api/v1/drafts/create/demo/payments-prod/x'],
      ['POST', '/api/v1/dry-run'],
      ['POST', '/api/v1/proposals'],
      ['POST', '/api/v1/session/sign-out'],
      ['DELETE', '/api/v1/github'],
    ] as const) {
      const reply = await page.request.fetch(path, { method, headers, data: {}, maxRedirects: 0 })
      expect(reply.status(), `${method} ${path} from ${headers.origin}`).toBe(403)
    }
  }
  const reply = await page.request.post('/api/v1/dry-run', { headers: { origin: own }, data: {} })
  expect(reply.status(), 'from our own page only the content is wrong').toBeGreaterThanOrEqual(400)
  expect(reply.status()).not.toBe(403)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Hello, Alice Andersen' })).toBeVisible()
})

test('a link back to another site is not followed after signing in', async ({ page }) => {
  for (const target of ['https://evil.example/', '//evil.example/', '/\\evil.example']) {
    await page.goto(`/sign-in?returnTo=${encodeURIComponent(target)}`)
    await page.getByRole('button', { name: 'Sign in with your company account' }).click()
    await pickPersonIfAsked(page, 'alice', page.getByRole('heading', { name: 'Hello, Alice Andersen' }))
    expect(new URL(page.url()).hostname).toBe('localhost')
    // the page goes first: what it still asks would be refused without its cookie, and be an error on the console
    await page.goto('about:blank')
    await page.context().clearCookies()
  }
})

test.describe('a login that has ended', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('leads to the sign-in page with a way back to where one was', async ({ page }) => {
    await signIn(page, 'bob', '/resources?team=payments&sort=-updated')
    await expect(page.getByText(/^\d+ resources/)).toBeVisible()
    expect(await endLogins('bob@acme.test')).toBeGreaterThan(0)
    await page.getByRole('navigation', { name: 'Breadcrumbs' }).waitFor()
    await page.getByRole('link', { name: 'load-test', exact: true }).first().click()
    await expect(page.getByRole('heading', { name: 'Sign in to Corbel' })).toBeVisible()
    await page.getByRole('button', { name: 'Sign in with your company account' }).click()
    await pickPersonIfAsked(page, 'bob', page.getByRole('heading', { level: 1, name: 'load-test' }))
  })
})

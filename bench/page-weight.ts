/**
 * JavaScript and CSS that a browser loads to show each page for the first time, measured in Chromium with an empty cache: what the
 * document names, and what comes within a moment of quiet after it (lazy parts, and what the router fetches ahead).
 * Sizes are of the bodies, compressed here with gzip (level 9) and brotli (quality 11), and as the server sent them.
 */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { type BrowserContext, chromium, type Response } from '@playwright/test'
import { findChromium } from '#scripts/chromium.ts'
import { benchDemo, largestKind } from './bench-demo.ts'
import { contentsOf } from './chunk-contents.ts'
import { type Person, signIn } from './person.ts'
import type { Figure } from './statistics.ts'

const quietMs = 1_500
const patienceMs = 30_000
const goalKilobytes = 200
const heaviestShown = 12
const kilobytes = (bytes: number): number => Number((bytes / 1000).toFixed(1))

/** Arguments every Chromium of the benchmarks is started with: it runs as whoever calls, and asks no server for anything of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** One script or style sheet, sizes in bytes. */
export interface Asset {
  path: string
  type: 'script' | 'stylesheet'
  raw: number
  gzip: number
  brotli: number
  /** Bytes of the body on the wire. */
  sent: number
  inDocument: boolean
  contents: string[]
}

export interface PageWeight {
  page: string
  status: number
  assets: Asset[]
}

/** Weighs every page as alice sees it. */
export async function run(): Promise<{ name: string; rows: Figure[]; details: unknown }> {
  const demo = await benchDemo()
  const alice = await signIn(demo.url, 'alice')
  const pages = await pagesToWeigh(alice)
  const browser = await chromium.launch({ executablePath: await findChromium(console.log), args: chromiumArguments })
  const weights: PageWeight[] = []
  try {
    for (const [page, path] of pages) {
      const context = await browser.newContext({ baseURL: demo.url })
      if (path !== '/sign-in') await giveCookies(context, demo.url, alice)
      weights.push(await weigh(context, page, path))
      await context.close()
    }
  } finally {
    await browser.close()
  }
  const chunks = heaviest(weights)
  return {
    name: 'page-weight',
    rows: [
      ...weights.flatMap(pageRows),
      ...chunks.slice(0, heaviestShown).map(({ asset, on }) => ({
        what: `${asset.path.split('/').at(-1)} on ${on.length} pages${asset.inDocument ? '' : ' (after load)'}: ${asset.contents.join(', ') || 'own code'}`,
        value: kilobytes(asset.gzip),
        unit: 'kB gzip',
      })),
    ],
    details: {
      pages: weights.map(({ page, status, assets }) => ({ page, status, files: assets.map(({ path }) => path) })),
      files: chunks.map(({ asset, on }) => ({ ...asset, pages: on.length })),
    },
  }
}

/** Puts a person's cookies into a browser. */
export async function giveCookies(context: BrowserContext, url: string, person: Person): Promise<void> {
  const cookies = person.cookie
    .split('; ')
    .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1), url }))
  await context.addCookies(cookies)
}

async function pagesToWeigh(alice: Person): Promise<[string, string][]> {
  const { items } = await alice.call<{ items: { cluster: string; namespace: string; kind: string; name: string }[] }>(
    'GET',
    '/api/v1/resources?q=invoices&limit=1',
  )
  const { items: proposals } = await alice.call<{ items: { id: string }[] }>('GET', '/api/v1/proposals?who=all&limit=1')
  const [resource] = items
  const [proposal] = proposals
  const address = resource && [resource.cluster, resource.namespace, resource.kind, resource.name].map(encodeURIComponent).join('/')
  return [
    ['sign-in', '/sign-in'],
    ['/', '/'],
    ['/projects', '/projects'],
    ['/projects/[namespace]', '/projects/payments-prod'],
    ['/resources', '/resources'],
    ...(address
      ? [
          ['/resources/[…]', `/resources/${address}`] as [string, string],
          ['/resources/[…]/edit', `/resources/${address}/edit`] as [string, string],
        ]
      : []),
    ['/proposals', '/proposals'],
    ...(proposal ? [['/proposals/[id]', `/proposals/${proposal.id}`] as [string, string]] : []),
    ['/create', '/create'],
    ['/create/[kind]', '/create/StorageBucket.storage.cnrm.cloud.google.com?cluster=demo&namespace=payments-prod'],
    ['/create/[kind], largest', `/create/${largestKind}?cluster=demo&namespace=payments-prod`],
  ]
}

async function weigh(context: BrowserContext, name: string, path: string): Promise<PageWeight> {
  const page = await context.newPage()
  const responses: Response[] = []
  let lastAt = performance.now()
  page.on('response', (response) => {
    if (!['script', 'stylesheet'].includes(response.request().resourceType())) return
    responses.push(response)
    lastAt = performance.now()
  })
  const navigation = await page.goto(path, { waitUntil: 'load' })
  const started = performance.now()
  while (performance.now() - lastAt < quietMs && performance.now() - started < patienceMs) await page.waitForTimeout(100)
  const html = (await navigation?.text()) ?? ''
  const assets: Asset[] = []
  for (const response of responses) assets.push(await weighAsset(response, html))
  return { page: name, status: navigation?.status() ?? 0, assets }
}

async function weighAsset(response: Response, html: string): Promise<Asset> {
  const body = await response.body()
  const { responseBodySize } = await response.request().sizes()
  const { pathname } = new URL(response.url())
  return {
    path: pathname,
    type: response.request().resourceType() === 'script' ? 'script' : 'stylesheet',
    raw: body.length,
    gzip: gzipSync(body, { level: 9 }).length,
    brotli: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    sent: responseBodySize,
    // the router's data at the end of the document names further files: only elements load them
    inDocument: new RegExp(`<(?:script|link)[^>]+(?:src|href)="${RegExp.escape(pathname)}`).test(html),
    contents: contentsOf(body.toString('utf8')),
  }
}

function pageRows({ page, status, assets }: PageWeight): Figure[] {
  if (status !== 200) return [{ what: `${page}: JavaScript`, value: `not there (${status})`, unit: 'kB gzip', goal: `≤ ${goalKilobytes}` }]
  const of = (type: Asset['type'], size: 'gzip' | 'brotli' | 'sent', document = false): number =>
    kilobytes(assets.filter((asset) => asset.type === type && (!document || asset.inDocument)).reduce((sum, asset) => sum + asset[size], 0))
  return [
    { what: `${page}: JavaScript, all`, value: of('script', 'gzip'), unit: 'kB gzip', goal: `≤ ${goalKilobytes}` },
    { what: `${page}: JavaScript, named in the document`, value: of('script', 'gzip', true), unit: 'kB gzip' },
    { what: `${page}: JavaScript, all`, value: of('script', 'brotli'), unit: 'kB brotli' },
    { what: `${page}: CSS`, value: of('stylesheet', 'gzip'), unit: 'kB gzip' },
  ]
}

function heaviest(weights: PageWeight[]): { asset: Asset; on: string[] }[] {
  const chunks = new Map<string, { asset: Asset; on: string[] }>()
  for (const { page, assets } of weights)
    for (const asset of assets.filter(({ type }) => type === 'script')) {
      const chunk = chunks.get(asset.path) ?? { asset, on: [] }
      chunk.on.push(page)
      chunks.set(asset.path, chunk)
    }
  return [...chunks.values()].sort((a, b) => b.asset.gzip - a.asset.gzip)
}

/**
 * Typing in the largest form there is: time until the name can be typed, from a key to the frame that shows it, and the page's heap
 * after many keystrokes. Two documents: the one a newcomer begins with, and a draft in which every field of the kind is filled in,
 * as it opens and with every section open. The kind is Config Connector's largest where its definitions are on this machine, else
 * the demo's own largest.
 *
 * Key to paint is measured twice. On a display of 60 Hz a frame waits for the display's next refresh, 0 to 16.7 ms whatever the page
 * does, so the 95th percentile can never be much below 16 ms there. The goal is set on what the page itself needs: a browser that
 * draws each frame as soon as it can (`--disable-frame-rate-limit`). The figure of a 60 Hz display stands beside it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type CDPSession, chromium, type Locator, type Page } from '@playwright/test'
import { parse, stringify } from 'yaml'
import { sampleManifest } from '#demo/crds/sample-manifest.ts'
import type { Demo } from '#demo/start-demo.ts'
import { root } from '#demo/state.ts'
import type { JsonObject } from '#lib/json.ts'
import { findChromium } from '#scripts/chromium.ts'
import { benchDemo, largestDefinition, largestKind } from './bench-demo.ts'
import { chromiumArguments, giveCookies } from './page-weight.ts'
import { type Person, signIn } from './person.ts'
import { type Figure, percentile } from './statistics.ts'

const measuredKeys = 500
/** Keys before the heap is measured: until then the engine compiles what each key runs, and its code counts as heap. */
const warmUpKeys = 2_000
const heapKeys = 10_000
const heapWithinMs = 300_000
/** Draws a frame as soon as there is something to draw. */
const unlimited = ['--disable-frame-rate-limit', '--disable-gpu-vsync']
const demoLargest = { kind: 'RunService.run.cnrm.cloud.google.com', file: 'runservices.run.cnrm.cloud.google.com.yaml' }

interface Subject {
  kind: string
  definition: JsonObject
}

/** Measures both documents in one browser. */
export async function run(): Promise<{ name: string; rows: Figure[] }> {
  const demo = await benchDemo()
  const alice = await signIn(demo.url, 'alice')
  const subject = largest()
  const executablePath = await findChromium(console.log)
  const browser = await chromium.launch({ executablePath, args: [...chromiumArguments, ...unlimited] })
  const display = await chromium.launch({ executablePath, args: chromiumArguments })
  try {
    const kindName = subject.kind.slice(0, subject.kind.indexOf('.'))
    const compiled = await alice.call<{ fieldCount: number }>('GET', `/api/v1/kinds/demo/${subject.kind}`)
    const filled = stringify(sampleManifest(subject.definition, 'rich', 'typed', 'payments-prod'))
    return {
      name: 'form-typing',
      rows: [
        { what: `fields of ${kindName}`, value: compiled.fieldCount, unit: '' },
        ...(await measure(demo, { browser, display }, alice, subject.kind, 'new', undefined)),
        { what: 'lines of the filled-in manifest', value: filled.split('\n').length - 1, unit: '' },
        ...(await measure(demo, { browser, display }, alice, subject.kind, 'filled in', filled)),
      ],
    }
  } finally {
    await browser.close()
    await display.close()
  }
}

function largest(): Subject {
  const published = largestDefinition()
  const file = published ?? join(root, 'demo', 'crds', demoLargest.file)
  // both are files of one CustomResourceDefinition, an object
  return { kind: published ? largestKind : demoLargest.kind, definition: parse(readFileSync(file, 'utf8')) as JsonObject }
}

async function measure(
  demo: Demo,
  { browser, display }: { browser: Browser; display: Browser },
  alice: Person,
  kind: string,
  name: string,
  text: string | undefined,
): Promise<Figure[]> {
  const draft = `/api/v1/drafts/create/demo/payments-prod/${kind}`
  await alice.call('DELETE', draft).catch(() => {}) // there may be none
  if (text) await alice.call('PUT', draft, { title: 'Typing', content: { text }, baseRevision: null })
  const path = `/create/${kind}?cluster=demo&namespace=payments-prod`
  const inPage = async (of: Browser, work: (page: Page) => Promise<Figure[]>): Promise<Figure[]> => {
    const context = await of.newContext({ baseURL: demo.url, viewport: { width: 1440, height: 900 } })
    try {
      await giveCookies(context, demo.url, alice)
      const page = await context.newPage()
      await page.addInitScript(watchPage)
      return await work(page)
    } finally {
      await context.close()
    }
  }
  try {
    const rows = await inPage(browser, async (page) => [
      ...(await open(page, path)),
      ...(await typing(page, text === undefined ? '' : ', outer sections open', text !== undefined)),
      ...(await heapWhileTyping(await page.context().newCDPSession(page), page, nameOf(page))),
    ])
    if (text !== undefined)
      rows.push(
        ...(await inPage(browser, async (page) => {
          await open(page, path)
          const opened = await openEverySection(page)
          // what drawing a thousand fields at once leaves behind is cleared away before, as it would be while a person looks
          await (await page.context().newCDPSession(page)).send('HeapProfiler.collectGarbage')
          return [opened, ...(await typing(page, ', every section open', true))]
        })),
      )
    rows.push(
      ...(await inPage(display, async (page) => {
        await open(page, path)
        return [
          {
            what: 'key to paint in the form, 60 Hz display',
            value: middleAndHigh(await keyToPaint(page, nameOf(page), measuredKeys)),
            unit: 'ms p50 / p95',
          },
        ]
      })),
    )
    return rows.map((row) => ({ ...row, what: `${name}: ${row.what}` }))
  } finally {
    await alice.call('DELETE', draft).catch(() => {}) // the page may not have saved one
  }
}

const nameOf = (page: Page): Locator => page.getByRole('textbox', { name: /^Name/ }).first()

/** Types into the name, into a field deeper in the form where there is one, and into the YAML. */
async function typing(page: Page, when: string, hasMore: boolean): Promise<Figure[]> {
  const row = (what: string, times: number[]): Figure => ({
    what: `key to paint in ${what}${when}`,
    value: middleAndHigh(times),
    unit: 'ms p50 / p95',
    goal: '≤ 16',
  })
  const rows = [row('the name', await keyToPaint(page, nameOf(page), measuredKeys))]
  if (hasMore) {
    const deep = page.locator('#pane-form input[type=text]').nth(12)
    rows.push(row('a field further down', await keyToPaint(page, deep, measuredKeys)))
  }
  rows.push({ ...row('the YAML', await keyToPaint(page, page.locator('.cm-content').first(), measuredKeys / 5)), goal: '≤ 50' })
  return rows
}

/** Opens section after section until none is closed; gives how many controls the form has then. */
async function openEverySection(page: Page): Promise<Figure> {
  for (let depth = 0; depth < 20; depth++) {
    const closed = await page.evaluate(() => {
      const toggles = document.querySelectorAll<HTMLElement>('#pane-form button[data-first][aria-expanded="false"]')
      for (const toggle of toggles) toggle.click()
      return toggles.length
    })
    await page.waitForTimeout(500)
    if (closed === 0) break
  }
  await page.waitForTimeout(2_000)
  const controls = await page.locator('#pane-form :is(input, select, textarea)').count()
  return { what: 'controls in the form, every section open', value: controls, unit: '' }
}

const middleAndHigh = (times: number[]): string => `${percentile(times, 0.5).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)}`

/** Times the page notes about itself. */
interface Watch {
  /** Milliseconds after navigation at which the name's box could take a key. */
  usableAt: number
  longTasks: number[]
  paints: number[]
}
declare global {
  interface Window {
    benchWatch: Watch
  }
}

/** Runs in the page before its own scripts. */
function watchPage(): void {
  const watch: Watch = { usableAt: 0, longTasks: [], paints: [] }
  window.benchWatch = watch
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) watch.longTasks.push(entry.duration)
  }).observe({ type: 'longtask', buffered: true })
  const look = (): void => {
    if (document.querySelector('#pane-form input[aria-required="true"]:enabled')) {
      // the frame that shows it
      requestAnimationFrame(() => {
        watch.usableAt = performance.now()
      })
    } else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  window.addEventListener(
    'keydown',
    (event) => {
      // A message sent from the frame's callback is handled after that frame was painted.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          watch.paints.push(performance.now() - event.timeStamp)
          port1.close()
        }
        port2.postMessage(undefined)
      })
    },
    { capture: true },
  )
}

async function open(page: Page, path: string): Promise<Figure[]> {
  await page.goto(path)
  await page.waitForFunction(() => window.benchWatch.usableAt > 0, undefined, { timeout: 60_000 })
  await page.locator('.cm-content').first().waitFor({ timeout: 60_000 })
  await page.waitForTimeout(2_000)
  const { usableAt, dataAt, longTasks, controls, elements } = await page.evaluate(() => ({
    usableAt: window.benchWatch.usableAt,
    // the last of what the form needs: kind, draft, project and person
    dataAt: performance
      .getEntriesByType('resource')
      .filter((entry) => /\/api\/v1\/(?:kinds\/[^/]+\/[^/]+$|drafts\/|projects\/|me$)/.test(entry.name))
      .flatMap((entry) =>
        entry instanceof PerformanceResourceTiming && entry.responseEnd < window.benchWatch.usableAt ? [entry.responseEnd] : [],
      )
      .reduce((last, at) => Math.max(last, at), 0),
    longTasks: window.benchWatch.longTasks,
    controls: document.querySelectorAll('#pane-form :is(input, select, textarea)').length,
    elements: document.querySelectorAll('*').length,
  }))
  const blocked = longTasks.reduce((sum, duration) => sum + Math.max(0, duration - 50), 0)
  return [
    { what: 'form data to a name that can be typed', value: Math.round(usableAt - dataAt), unit: 'ms', goal: '≤ 300' },
    { what: 'navigation to a name that can be typed', value: Math.round(usableAt), unit: 'ms' },
    { what: 'main thread blocked while opening (beyond 50 ms each)', value: Math.round(blocked), unit: 'ms' },
    { what: 'controls in the form', value: controls, unit: '' },
    { what: 'elements of the page', value: elements, unit: '' },
  ]
}

async function keyToPaint(page: Page, field: Locator, keys: number): Promise<number[]> {
  await field.click()
  await page.keyboard.press('End')
  await page.evaluate(() => {
    window.benchWatch.paints = []
  })
  for (let typed = 0; typed < keys; typed++) await page.keyboard.press(keyAt(typed), { delay: 5 })
  await page.waitForTimeout(500)
  return page.evaluate(() => window.benchWatch.paints)
}

/** Ten letters, then ten times Backspace, and so on: the text stays short however many keys there are. */
const keyAt = (index: number): string => (index % 20 < 10 ? String.fromCharCode(97 + (index % 20)) : 'Backspace')

/**
 * The heap once it is warm, and after further keys. Snapshots at 1,000 and 4,000 keys differed by compiled code and, outside of
 * this heap, the browser's own undo steps; by nothing the page keeps.
 */
async function heapWhileTyping(session: CDPSession, page: Page, field: Locator): Promise<Figure[]> {
  const heap = async (): Promise<number> => {
    for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage') // what a finalizer frees goes with the next
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return usedSize / 2 ** 20
  }
  const figure = (what: string, value: number): Figure => ({ what, value: Number(value.toFixed(1)), unit: 'MiB' })
  const rows = [figure('heap before the first key', await heap())]
  await field.click()
  await page.keyboard.press('End')
  const started = performance.now()
  let typed = 0
  const heapAfter = async (keys: number): Promise<number> => {
    for (; typed < keys && performance.now() - started < heapWithinMs; typed++) await page.keyboard.press(keyAt(typed))
    await page.waitForTimeout(1_500) // the draft is saved
    return heap()
  }
  const warm = await heapAfter(warmUpKeys)
  const after = await heapAfter(warmUpKeys + heapKeys)
  const further = (typed - warmUpKeys).toLocaleString('en')
  return [
    ...rows,
    figure(`heap after ${warmUpKeys.toLocaleString('en')} keys`, warm),
    figure(`heap after ${further} more keys`, after),
    {
      what: `heap growth over ${further} keys, from warm`,
      value: Number(((after / warm - 1) * 100).toFixed(1)),
      unit: '%',
      goal: '≤ 5',
    },
  ]
}

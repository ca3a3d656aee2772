/** The pages name only what exists: files, commands, variables, addresses and functions. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { routeFiles } from '#lib/api/route-tree.ts'
import { settings } from '#lib/config/settings.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = ['README.md', ...globSync('docs/*.md', { cwd: root }).sort(), 'deploy/kubernetes/README.md']

const fences = /^```(\w*)\n(.*?)^```/gms
const withoutCode = (text: string): string => text.replace(fences, '')
const inlineCode = (text: string): string[] => [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')

test('there are pages to look at', () => {
  for (const page of ['docs/ARCHITECTURE.md', 'docs/user-guide.md', 'docs/operator-guide.md', 'docs/cli.md', 'docs/configuration.md'])
    expect(pages).toContain(page)
})

test.each(pages)('%s: links and pictures lead to files', (page) => {
  const text = withoutCode(read(page))
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/\bsrc="([^"]+)"/g)].map((match) => match[1] ?? '')
  const files = targets.filter((target) => !/^(https?:|#)/.test(target)).map((target) => target.replace(/#.*$/, ''))
  expect(files.filter((file) => !existsSync(join(root, dirname(page), file)))).toEqual([])
})

test.each(pages)('%s: files and folders it names are there', (page) => {
  const named = inlineCode(read(page)).filter((code) =>
    /^(?:(?:app|bench|bin|cli|components|demo|deploy|docs|e2e|lib|prisma|scripts|worker)\/[\w./()[\]-]*|[\w-]+\.config\.ts)$/.test(code),
  )
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test.each(pages)('%s: npm commands it names are there', (page) => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const named = [...read(page).matchAll(/\bnpm (?:run ([\w:-]+)|(test))\b/g)].map((match) => match[1] ?? match[2] ?? '')
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

/** What reads variables besides the product: the demo, tests, benchmarks and the command. */
const readers = globSync('{demo,scripts,bench,e2e,cli,bin}/**/*.{ts,mjs}', { cwd: root, exclude: ['scripts/docs.test.ts'] })
const tools = [...readers, 'playwright.config.ts', 'prisma.config.ts'].map(read).join('\n')
const isVariable = (name: string): boolean => Object.hasOwn(settings, name) || new RegExp(`\\b${name}\\b`).test(tools)

test.each(pages)('%s: variables it names are read somewhere', (page) => {
  const text = read(page)
  const inText = inlineCode(text).flatMap((code) => /^([A-Z][A-Z0-9_]{5,})(?:=.*)?$/.exec(code)?.[1] ?? [])
  const inShell = [...text.matchAll(fences)]
    .filter((match) => match[1] === 'sh')
    .flatMap((match) => [...(match[2] ?? '').matchAll(/(?:^|\s)([A-Z][A-Z0-9_]{5,})=/g)].map((assignment) => assignment[1] ?? ''))
  expect([...inText, ...inShell].filter((name) => !isVariable(name))).toEqual([])
})

test.each(pages)('%s: addresses of the API it names are routes', (page) => {
  const routes = routeFiles(join(root, 'app')).map(({ path }) => new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`))
  const named = [...read(page).matchAll(/(?<![\w.…/])\/api\/[\w./{}[\]-]*[\w}\]]/g)].map((match) => match[0])
  expect(named.filter((address) => !routes.some((route) => route.test(address)))).toEqual([])
})

test('functions that the code map names are in the code', () => {
  const code = globSync('{app,cli,components,demo,lib,worker}/**/*.{ts,tsx}', { cwd: root }).map(read).join('\n')
  const named = inlineCode(read('docs/ARCHITECTURE.md')).flatMap((text) => /^([A-Za-z]+[a-z][A-Z]\w*)(?:\(\))?$/.exec(text)?.[1] ?? [])
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
})

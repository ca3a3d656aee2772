import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findGo, isGoNewEnough, nodeProblem } from './machine.mjs'

test.each([
  ['go1.26.0', true],
  ['go1.26.8', true],
  ['go1.27rc1', true],
  ['go2.0', true],
  ['devel go1.27-abcdef', true],
  ['go1.25.9', false],
  ['go1.9', false],
  ['', false],
  ['something else', false],
])('%s: %s', (version, enough) => {
  expect(isGoNewEnough(version)).toBe(enough)
})

describe('the Go of the PATH', () => {
  const path = process.env.PATH
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'corbel-machine-'))
    process.env.PATH = folder
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true, force: true })
  })

  test('is asked for by name where there is none', () => {
    expect(() => findGo(folder)).toThrow(/Go 1\.26 or newer, and no usable go is on the PATH\. Install it from .* CORBEL_KUBECONFIG/)
  })

  test('is named with its version where it is too old', () => {
    writeFileSync(join(folder, 'go'), '#!/bin/sh\necho go1.22.1\n', { mode: 0o755 })
    expect(() => findGo(folder)).toThrow(/Go 1\.26 or newer; this machine has go1\.22\.1\./)
  })
})

test.each([
  ['v20.20.2', 'linux', 'x64', undefined],
  ['v18.20.8', 'linux', 'arm64', 'Corbel needs Node 20 or newer; this is v18.20.8.'],
  ['v24.1.0', 'darwin', 'arm64', undefined],
  ['v22.9.0', 'darwin', 'arm64', 'Corbel needs Node 24 or newer on darwin (arm64); this is v22.9.0.'],
  ['v20.20.2', 'linux', 'riscv64', 'Corbel needs Node 24 or newer on linux (riscv64); this is v20.20.2.'],
])('Node %s on %s %s', (version, platform, arch, problem) => {
  const said = nodeProblem({ version, platform, arch })
  if (problem === undefined) expect(said).toBeUndefined()
  else expect(said).toContain(problem)
})

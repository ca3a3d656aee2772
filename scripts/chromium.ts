/** Finds a Chromium for the journeys, or installs one. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first without a window's trappings: journeys are through sooner in it. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * Path of a Chromium: the one of CHROMIUM, one of the machine, Playwright's own, or Debian's package, installed now. Throws
 * a sentence when there is none and none can be installed.
 */
export async function findChromium(say: (how: string) => void): Promise<string> {
  const given = process.env.CHROMIUM
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROMIUM names ${given}, which is no program.`)
    return given
  }
  const found = onMachine() ?? (await playwrights())
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('installing Debian’s chromium')
    run('apt-get', ['update', '-qq'])
    // older releases have only the whole browser
    for (const name of ['chromium-headless-shell', 'chromium'])
      if (!onMachine()) run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name])
  } else {
    say('downloading Playwright’s chromium')
    run(process.execPath, [join(import.meta.dirname, '..', 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'])
  }
  const installed = onMachine() ?? (await playwrights())
  if (installed) return installed
  throw new Error('The journeys need Chromium, and none could be installed. Install one and name it in CHROMIUM.')
}

function onMachine(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)))
  return [...onPath, ...macApplications].find(isExecutable)
}

async function playwrights(): Promise<string | undefined> {
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  return isExecutable(path) ? path : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const run = (command: string, args: string[]): void => {
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
}

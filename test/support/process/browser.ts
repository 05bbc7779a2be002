/**
 * The browser that tests of the dashboard drive: Chromium where one is installed, and the reason in words where none is.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const chromiumPath = PLACES.find((path) => existsSync(path))

/** Printed, so that a run without a browser does not look like one with. */
export function noteMissingBrowser(what: string): void {
  if (chromiumPath === undefined)
    process.stdout.write(`${what} was skipped: no Chromium at ${PLACES.join(', ')}. On Debian: apt-get install chromium\n`)
}

export const launchBrowser = (): Promise<Browser> =>
  // Its own sandbox needs rights that a container does not give; it opens pages of this machine alone.
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] })

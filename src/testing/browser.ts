import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env['CHROME_PATH'] ?? browsers.find((path) => existsSync(path))

/**
 * Whether a test in a browser can run. scripts/prepare-tests.mjs installs one where it can and says what is missing; in
 * CI a missing one is a failure.
 */
export const hasBrowser = executablePath !== undefined || process.env['CI'] !== undefined

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

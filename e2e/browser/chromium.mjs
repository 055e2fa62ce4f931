// Which Chromium opens the pages. Debian's headless shell has no window of its own to draw, so stories cost a third less
// processor time in it; Chromium itself does where the shell is not installed.
import { existsSync } from 'node:fs'

const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** What Playwright starts it with. */
export const launch = { executablePath: places.find(existsSync), args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] }

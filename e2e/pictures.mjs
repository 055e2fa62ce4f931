// Takes the README's pictures of the pages from the demo: `make pictures`. The demo's people and days are invented
// and seeded, so the same pictures come out but for the time of day.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = root + 'docs/pictures/'
const address = '127.0.0.1:18790'
const url = `http://${address}`
const password = 'correct-horse-battery'
mkdirSync(folder, { recursive: true })

/** The demo, once it has lived its days; and the logins it printed, by what they are for. */
const demo = spawn(root + 'dist/doorstep', ['demo', '--http', address], { stdio: ['ignore', 'pipe', 'inherit'] })
/** @type {Record<string, string[]>} */
const logins = {}
await new Promise((done, fail) => {
  demo.once('exit', code => fail(new Error(`the demo ended with ${code}`)))
  createInterface({ input: demo.stdout }).on('line', line => {
    const who = /(\S+@\S+)\s+\/(practice|app|desk)\//.exec(line)
    if (who) (logins[who[2]] ??= []).push(who[1])
    if (line.includes('Ctrl-C')) done(null)
  })
})
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })

/** @param {number} width @param {number} height @param {boolean} [dark] */
async function open(width, height, dark = false) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', reducedMotion: 'reduce' })
  return context.newPage()
}

/** @param {import('playwright-core').Page} page @param {string} email */
async function signIn(page, email) {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: /Sign in|Set up this phone/ }).click()
}

/** @param {import('playwright-core').Page} page @param {string} name */
const take = (page, name) => page.screenshot({ path: `${folder}${name}.png` })

try {
  const inbox = await open(1180, 760)
  await inbox.goto(`${url}/practice/`)
  await signIn(inbox, logins.practice[1])
  await inbox.getByRole('list').first().waitFor()
  await inbox.waitForLoadState('networkidle').catch(() => {}) // the page keeps listening
  await take(inbox, 'inbox')

  const desk = await open(1180, 760)
  await desk.goto(`${url}/desk/`)
  await signIn(desk, logins.desk[0])
  await desk.getByRole('heading', { level: 1 }).waitFor()
  await desk.getByRole('navigation').first().waitFor()
  await take(desk, 'desk')

  const app = await open(360, 740)
  await app.goto(`${url}/app/`)
  await signIn(app, logins.app[0])
  await app.getByLabel('New passphrase').fill('three wet umbrellas')
  await app.getByLabel('The same again').fill('three wet umbrellas')
  await app.getByRole('button', { name: 'Use this passphrase' }).click()
  await app.getByText('last synced').waitFor()
  await take(app, 'app-today')
  await app.getByRole('list').last().getByRole('link').first().click()
  await app.getByRole('link', { name: 'Record a visit' }).click()
  await app.getByLabel('Visit done').check()
  for (const [label, value] of [['Respiration rate', '25'], ['Oxygen saturation', '92'], ['Pulse', '112']]) await app.getByLabel(label).fill(value)
  await app.getByLabel('Respiration rate').evaluate(e => e.closest('fieldset')?.scrollIntoView())
  await take(app, 'app-readings')
  await app.getByText('Call first').first().scrollIntoViewIfNeeded()
  await take(app, 'app-call')
} finally {
  await browser.close()
  demo.kill('SIGINT')
}

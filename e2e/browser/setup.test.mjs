// From an empty server to somebody who is signed in at the desk: the link, the form and what is wrong in it, with axe.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { accessible, openBrowser } from './kit.mjs'

const binary = fileURLToPath(new URL('../../dist/doorstep-plain', import.meta.url))
/** @type {import('playwright-core').Browser} */ let browser
/** @type {import('node:child_process').ChildProcess} */ let server
const folder = mkdtempSync(join(tmpdir(), 'doorstep-setup-'))
let link = ''

/** A port that nobody listens on. @returns {Promise<number>} */
const freePort = () => new Promise((resolve, reject) => {
  const s = createServer().listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (s.address())
    s.close(() => resolve(port))
  }).on('error', reject)
})

before(async () => {
  browser = await openBrowser({ own: true })
  server = spawn(binary, ['serve', '--dir', join(folder, 'data'), '--http', `127.0.0.1:${await freePort()}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  link = await new Promise((resolve, reject) => {
    createInterface({ input: /** @type {any} */ (server.stdout) }).on('line', line => {
      const found = line.match(/http:\S+\/setup\/#\S+/)
      if (found) resolve(found[0])
    })
    server.once('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
})
after(async () => {
  await browser?.close()
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

test('an empty server is set up in the browser, and whoever did it is at the desk', async t => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  t.after(() => page.close())
  const shot = (/** @type {string} */ name) => process.env.SHOTS ? page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }) : undefined
  await page.goto(link.replace(/#.*/, ''))
  await page.getByText('This page needs the link that the server printed').waitFor()
  await page.goto(`${link}x`)
  await page.reload()
  await page.getByText('This set-up link does not count').waitFor()
  await accessible(page, 'a link that is none')
  await page.goto(link)
  await page.reload()
  await page.getByLabel('Your name').waitFor()
  await accessible(page, 'the form')
  await shot('setup-360')
  assert.doesNotMatch(await page.locator('main').innerText(), /Without a/)
  await page.getByRole('button', { name: 'Remove: Safeguarding' }).click()
  await page.getByText('a safeguarding concern has no lead').waitFor()
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
  assert.equal(await page.getByLabel('Your name').getAttribute('aria-invalid'), 'true')
  await accessible(page, 'what is missing')
  await shot('setup-wrong-360')
  await page.getByLabel('Your name').fill('Ada Quince')
  await page.getByLabel('Your e-mail address').fill('Ada.Quince@trust.example')
  await page.getByLabel('A password').fill('password12')
  await page.locator('#f-name').fill('Riverside')
  await page.locator('#f-organisations-0-name').fill('Riverside Trust')
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.locator('#f-administrator-password-error').waitFor()
  await page.getByLabel('A password').fill('tangerine-ladder-cloud')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 1366, height: 768 })
  await shot('setup-dark-1366')
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.waitForURL('**/desk/**')
  await page.getByText('Ada Quince').first().waitFor()
  await page.goto(link)
  await page.reload()
  await page.getByText('This set-up link does not count').waitFor()
})

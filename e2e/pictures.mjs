// Takes the README's pictures of the pages from the demo: `make pictures`. The demo's people and days are invented
// and seeded, so the same pictures come out but for small differences in time. With DOORSTEP_SHOTS=folder it takes
// them there, and further ones to look at.
import { spawn } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { launch } from './browser/chromium.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const shots = process.env.DOORSTEP_SHOTS
const folder = shots ?? root + 'docs/pictures'
const address = '127.0.0.1:18790'
const url = `http://${address}`
const passphrase = 'three wet umbrellas'
const most = 160_000 // bytes of a picture: the README shows several at once
mkdirSync(folder, { recursive: true })

/** The demo, once it has lived its days; and what it printed: the password, and who one can be. */
const demo = spawn(root + 'dist/doorstep', ['demo', '--http', address], { stdio: ['ignore', 'pipe', 'inherit'] })
/** @type {{ email: string, page: string, role: string }[]} */
const logins = []
let password = ''
await new Promise((done, fail) => {
  demo.once('exit', code => fail(new Error(`the demo ended with ${code}`)))
  createInterface({ input: demo.stdout }).on('line', line => {
    password ||= /^Who you can be, password (\S+)/.exec(line)?.[1] ?? ''
    const who = /(\S+@\S+)\s+\/(practice|app|desk)\/\s+([^,]+)/.exec(line)
    if (who) logins.push({ email: who[1], page: who[2], role: who[3] })
    if (line.includes('Ctrl-C')) done(null)
  })
})
const browser = await chromium.launch(launch)

/**
 * Opens a page of the demo as the first login with this role.
 * @param {string} page @param {string} role @param {{ width: number, height: number, dark?: boolean, scale?: number }} size
 */
async function open(page, role, { width, height, dark = false, scale = 1 }) {
  const who = logins.find(l => l.page === page && l.role === role)
  if (!who) throw new Error(`the demo named no ${role} for /${page}/`)
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', reducedMotion: 'reduce' })
  const tab = await context.newPage()
  await tab.goto(`${url}/${page}/`)
  await tab.getByLabel('E-mail address').fill(who.email)
  await tab.getByLabel('Password', { exact: true }).fill(password)
  await tab.getByRole('button', { name: /^(Sign in|Set up this phone)$/ }).click()
  return tab
}

/** A phone of its own, set up, on its first screen. @param {string} role @param {boolean} [dark] */
async function openPhone(role, dark) {
  const app = await open('app', role, { width: 360, height: 800, dark, scale: 1.5 })
  await app.getByLabel('New passphrase').fill(passphrase)
  await app.getByLabel('The same again').fill(passphrase)
  await app.getByRole('button', { name: 'Use this passphrase' }).click()
  await app.getByText('last synced').waitFor()
  return app
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function take(page, name) {
  const path = `${folder}/${name}.png`
  await page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur())
  await page.mouse.move(0, 0)
  await page.locator('.app-toast').waitFor({ state: 'detached' })
  await page.screenshot({ path })
  const { size } = statSync(path)
  console.log(`${path}: ${Math.round(size / 1000)} kB`)
  if (size > most) throw new Error(`${path} is larger than ${most} bytes`)
}

/** A picture the README does not show. @param {import('playwright-core').Page} page @param {string} name */
const look = async (page, name) => { if (shots) await take(page, name) }

/** Brings something to the upper edge of the window. @param {import('playwright-core').Locator} what @param {number} [above] */
const upTo = (what, above = 8) => what.evaluate((e, px) => scrollTo(0, e.getBoundingClientRect().top + scrollY - px), above)

/**
 * Records a visit by hand to the practice of the inbox, for the next person of the round.
 * @param {import('playwright-core').Page} phone @param {string} to @param {{ cls: string, note: string, situation: string, ask: string }} what
 */
async function handOver(phone, to, what) {
  await phone.locator('.app-card__go').first().click()
  await phone.getByLabel('Visit done').check()
  await phone.getByLabel('Note').fill(what.note)
  await phone.getByRole('group', { name: /^Hand over to/ }).getByLabel('Yes').check()
  await phone.getByLabel('How urgent').selectOption(what.cls)
  await phone.getByLabel('To', { exact: true }).selectOption({ label: to })
  await phone.getByLabel('Situation').fill(what.situation)
  await phone.getByLabel('Recommendation').fill(what.ask)
  await save(phone)
}

/** @param {import('playwright-core').Page} phone */
async function save(phone) {
  await phone.getByRole('button', { name: 'Save', exact: true }).click()
  await phone.waitForURL(/#\/today$/)
}

try {
  const phone = await openPhone('district nurse')
  await take(phone, 'phone-round')
  await phone.locator('.app-card__go').first().click()
  await phone.getByLabel('Visit done').check()
  for (const [label, value] of [['Respiration rate', '25'], ['Oxygen saturation', '92'], ['Systolic blood pressure', '104'], ['Pulse', '112'], ['Temperature', '38.4']]) await phone.getByLabel(label).fill(value)
  await phone.getByLabel('Breathing air').check()
  await phone.getByRole('radio', { name: 'Alert', exact: true }).check()
  await phone.getByText(/^NEWS2 \d+$/).waitFor()
  await upTo(phone.locator('.app-vitals [role=status]'), 568)
  await take(phone, 'phone-visit')
  for (const question of ['Did you ring 999?', 'Did you ring the practice?']) {
    await phone.getByRole('group', { name: question }).getByLabel('Yes', { exact: true }).check()
  }
  await phone.getByLabel('Who did you speak to?').fill('Efua, reception')
  await upTo(phone.getByRole('heading', { name: 'Hand over' }))
  await look(phone, 'phone-call')
  const to = 'Quayside Health Centre'
  await phone.getByLabel('To', { exact: true }).selectOption({ label: to })
  await save(phone)
  await handOver(phone, to, { cls: 'SD', note: 'Redressed the left heel.', situation: 'Pressure ulcer on the left heel has broken down since Monday, now category 3, no fever.', ask: 'Please prescribe the dressing we discussed and look at the heel today or tomorrow.' })
  await handOver(phone, to, { cls: 'R', note: 'Ate well.', situation: 'Daughter asks whether the water tablet can be given in the morning instead of at night.', ask: 'Please review the times of medicines at the next opportunity.' })
  await phone.getByText('Everything sent').waitFor()

  const inbox = await open('practice', 'duty GP', { width: 1080, height: 720 })
  await inbox.getByText('Live. New handovers').waitFor()
  await inbox.locator('[data-group]').nth(3).waitFor()
  await take(inbox, 'inbox')
  await inbox.locator('[data-group]').first().locator('a[data-row]').click()
  await inbox.locator('.pi-detail').waitFor()
  await look(inbox, 'handover')
  await phone.getByRole('button', { name: 'Sync now' }).click()
  await phone.getByRole('link', { name: 'My work' }).click()
  await phone.getByText(/Seen by/).first().waitFor()
  await look(phone, 'phone-work')

  const desk = await open('desk', 'team lead', { width: 1080, height: 720 })
  await desk.getByRole('heading', { level: 1, name: 'What waits' }).waitFor()
  await desk.getByRole('link', { name: 'To decide' }).first().waitFor()
  await look(desk, 'desk-start')
  await desk.goto(`${url}/desk/#/issues`)
  await desk.locator('.dk-list').getByRole('link', { name: /Conflict/ }).first().click()
  await desk.getByRole('region', { name: 'Not stored' }).waitFor()
  await take(desk, 'desk')

  const volunteer = await openPhone('volunteer', true)
  await volunteer.getByRole('heading', { name: 'My week' }).waitFor()
  await look(volunteer, 'phone-volunteer')
} finally {
  await browser.close()
  demo.kill('SIGINT')
}

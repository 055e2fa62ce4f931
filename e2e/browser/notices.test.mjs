// Notices: a page asks for them by a button, says where they cannot be had, and shows what comes while nobody looks.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { looked, openBrowser, openPage } from './kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser({ own: true })]) })
after(async () => { await browser?.close(); await stand?.close() })

/** What a browser says of itself once it has asked its push service, which is out in the world and not in a test. */
const key = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'

/** Gives pages a push service of their own: an address, kept across loads as a browser keeps it. @param {import('playwright-core').BrowserContext} context */
const withService = context => context.addInitScript(p256dh => {
  const kept = () => JSON.parse(localStorage.getItem('test-subscription') ?? 'null')
  const subscription = () => kept() && { endpoint: kept().endpoint, options: {}, toJSON: () => ({ keys: { p256dh, auth: 'BTBZMqHH6r4Tts7J_aSIgg' } }),
    unsubscribe: async () => { localStorage.removeItem('test-subscription'); return true } }
  PushManager.prototype.getSubscription = async () => subscription()
  PushManager.prototype.subscribe = async function (/** @type {any} */ how) {
    if (how.applicationServerKey.length !== 65 || how.userVisibleOnly !== true) throw new TypeError('not as browsers want it')
    localStorage.setItem('test-subscription', JSON.stringify({ endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/' + location.pathname.replaceAll('/', '') }))
    return /** @type {any} */ (subscription())
  }
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' }) // a browser without a window says denied, whatever it was granted
  let asked = 0
  const ask = Notification.requestPermission.bind(Notification)
  Notification.requestPermission = () => { localStorage.setItem('test-asked', String(++asked)); return ask() }
}, key)

/** Who takes notices where, as the database has it. */
const taken = async () => (await stand.query('SELECT page, staff FROM notice_subscriptions ORDER BY page')).map((/** @type {any} */ r) => `${r.page} ${r.staff}`)

test('a receptionist turns notices on, is shown what comes, and is told nothing once she has signed out', async t => {
  const context = await browser.newContext({ baseURL: stand.url, locale: 'en-GB', timezoneId: 'Europe/London', reducedMotion: 'reduce', serviceWorkers: 'allow', permissions: ['notifications'] })
  t.after(() => context.close())
  await withService(context)
  const page = await openPage(t, browser, stand, '/practice/', { as: 'rita', context })
  await page.getByRole('button', { name: 'Help and keyboard' }).click()
  const help = page.getByRole('dialog')
  await help.getByText('It says nothing of whom it is about.').waitFor()
  assert.equal(await page.evaluate(() => localStorage.getItem('test-asked')), null, 'a page that opens asks nobody')
  await looked(page, 'notices-off')
  await help.getByRole('button', { name: 'Tell me here when something urgent waits' }).click()
  await help.getByText('Notices are on here.').waitFor()
  assert.deepEqual(await taken(), [`practice ${stand.staff.rita.id}`])
  await looked(page, 'notices-on')

  // What the push service hands on is shown by the worker, whether the page is open or not.
  const protocol = await context.newCDPSession(page)
  /** @type {string} */ let registration = ''
  protocol.on('ServiceWorker.workerRegistrationUpdated', e => { registration = e.registrations.find(r => r.scopeURL.endsWith('/practice/'))?.registrationId ?? registration })
  await protocol.send('ServiceWorker.enable')
  while (!registration) await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) }))
  const worker = context.serviceWorkers().find(w => w.url().endsWith('/notices-worker.js')) // a browser without a window shows no notices: what it is given is noted
  assert.ok(worker)
  await worker.evaluate(() => {
    const all = /** @type {any} */ (globalThis)
    all.shown = []
    all.registration.showNotification = async (/** @type {string} */ title, /** @type {any} */ o) => { all.shown.push(`${title}: ${o.body} (${o.tag})`) }
  })
  const told = { title: 'Something urgent waits in Doorstep', text: 'Open Doorstep to see it.', tag: 'abc' }
  for (const data of [JSON.stringify(told), 'not JSON']) {
    await protocol.send('ServiceWorker.deliverPushMessage', { origin: stand.url, registrationId: registration, data })
  }
  const shown = () => worker.evaluate(() => /** @type {any} */ (globalThis).shown)
  while ((await shown()).length < 2) await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) }))
  assert.deepEqual(await shown(), ['Something urgent waits in Doorstep: Open Doorstep to see it. (abc)', 'Something waits in Doorstep: Open Doorstep to see it. (doorstep)'],
    'what comes is shown, and of what cannot be read that something came')

  await page.reload()
  await page.getByRole('button', { name: 'Help and keyboard' }).click()
  await help.getByText('Notices are on here.').waitFor()
  await help.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail address').waitFor()
  while ((await taken()).length > 0) await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) }))
  while (await page.evaluate(() => localStorage.getItem('test-subscription'))) await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) }))
})

test('a lead turns notices on at the desk, and off again', async t => {
  const context = await browser.newContext({ baseURL: stand.url, locale: 'en-GB', timezoneId: 'Europe/London', reducedMotion: 'reduce', serviceWorkers: 'allow', permissions: ['notifications'] })
  t.after(() => context.close())
  await withService(context)
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea', context })
  await page.getByRole('link', { name: 'Help' }).click()
  await page.getByRole('button', { name: 'Tell me here when something urgent waits' }).click()
  await page.getByText('Notices are on here.').waitFor()
  assert.deepEqual(await taken(), [`desk ${stand.staff.lea.id}`])
  await page.getByRole('button', { name: 'No more notices here' }).click()
  await page.getByRole('button', { name: 'Tell me here when something urgent waits' }).waitFor()
  while ((await taken()).length > 0) await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) }))
})

test('where a browser lets no notices through that is said, with what to do, and nobody is asked', async t => {
  const context = await browser.newContext({ baseURL: stand.url, locale: 'en-GB', timezoneId: 'Europe/London', reducedMotion: 'reduce', serviceWorkers: 'allow' })
  t.after(() => context.close())
  const page = await openPage(t, browser, stand, '/practice/', { as: 'rita', context }) // this browser denies, unless it is told otherwise
  await page.getByRole('button', { name: 'Help and keyboard' }).click()
  await page.getByText('This browser was told to let no notices of Doorstep through.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Tell me here' }).count(), 0)
  await looked(page, 'notices-denied')
  const without = await openPage(t, browser, stand, '/practice/', { as: 'rita' })
  await without.addInitScript(() => { Reflect.deleteProperty(globalThis, 'PushManager') })
  await without.reload()
  await without.getByRole('button', { name: 'Help and keyboard' }).click()
  await without.getByText('This browser takes no notices.').waitFor()
  assert.equal(await without.getByRole('button', { name: 'Tell me here' }).count(), 0)
})

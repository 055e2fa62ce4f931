// How tests of the field app get to where their story begins.
import { openPage } from './kit.mjs'

export const passphrase = 'three wet umbrellas'

/**
 * A phone that is set up for somebody, unlocked, on its first screen.
 * @param {any} t @param {import('playwright-core').Browser} browser @param {import('../stand/stand.mjs').Stand} stand
 * @param {string} who @param {import('./kit.mjs').How} [how]
 */
export async function openPhone(t, browser, stand, who, how = {}) {
  const page = await openPage(t, browser, stand, '/app/', { width: 360, height: 740, touch: true, ...how })
  await setUp(page, stand, who)
  return page
}

/**
 * The same with a clock that a test can move: `page.clock.fastForward(ms)`.
 * @param {any} t @param {import('playwright-core').Browser} browser @param {import('../stand/stand.mjs').Stand} stand @param {string} who
 */
export async function phoneWithClock(t, browser, stand, who) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, locale: 'en-GB', timezoneId: 'America/New_York', reducedMotion: 'reduce', serviceWorkers: 'block' })
  await context.clock.install({ time: Date.now() })
  const page = await openPhone(t, browser, stand, who, { context })
  t.after(() => context.close())
  return page
}

/** @param {import('playwright-core').Page} page @param {import('../stand/stand.mjs').Stand} stand @param {string} who */
export async function setUp(page, stand, who) {
  await page.getByLabel('E-mail address').fill(stand.staff[who].email)
  await page.getByLabel('Password', { exact: true }).fill(stand.password)
  await page.getByRole('button', { name: 'Set up this phone' }).click()
  await page.getByLabel('New passphrase').fill(passphrase)
  await page.getByLabel('The same again').fill(passphrase)
  await page.getByRole('button', { name: 'Use this passphrase' }).click()
  await synced(page)
}

/** Waits until the status bar says when the phone last heard from the server. @param {import('playwright-core').Page} page */
export const synced = page => page.getByRole('region', { name: 'Sending' }).getByText(/last synced/).waitFor()

/** Waits until the app opens without a network: for a phone that was opened with its worker. @param {import('playwright-core').Page} page */
export async function offlineReady(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (!navigator.serviceWorker.controller) await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }))
  })
}

/** @param {import('playwright-core').Page} page @param {string} [secret] */
export async function unlock(page, secret = passphrase) {
  await page.getByLabel('Passphrase', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Unlock' }).click()
}

/** @param {import('playwright-core').Page} page */
export async function lock(page) {
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Lock now' }).click()
  await page.getByRole('heading', { name: 'Unlock' }).waitFor()
}

/** Goes to a screen, and comes back once it is drawn: the one before may say the same. @param {import('playwright-core').Page} page @param {string} hash */
export const goTo = (page, hash) => page.evaluate(h => new Promise(drawn => {
  location.hash = h
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => drawn(undefined))))
}), hash)

/** @param {import('playwright-core').Page} page */
export const save = page => page.getByRole('button', { name: 'Save', exact: true }).click()

/** @param {import('playwright-core').Page} page */
export const syncNow = page => page.getByRole('region', { name: 'Sending' }).getByRole('button', { name: 'Sync now' }).click()

/** Records a visit with a note. @param {import('playwright-core').Page} page @param {string} patient @param {string} note */
export async function recordVisit(page, patient, note) {
  await goTo(page, `#/visit?person=${patient}`)
  await page.getByLabel('Visit done').check().catch(async e => {
    throw new Error(`no form at ${page.url()}, but: ${await page.locator('body').innerText()}`, { cause: e })
  })
  await purpose(page)
  await page.getByLabel('Note').fill(note)
  await save(page)
  await saved(page)
}

/** Says what a visit is for that nobody planned; of a planned one nothing is asked. @param {import('playwright-core').Page} page */
export async function purpose(page, what = 'assessment') {
  const select = page.getByLabel('What is the visit for?')
  if (await select.count()) await select.selectOption(what)
}

/** Answers one of the questions of a form. @param {import('playwright-core').Page} page @param {string} question @param {string} choice */
export const answer = (page, question, choice) => page.getByRole('group', { name: question, exact: true }).getByLabel(choice, { exact: true }).check()

/** Says of both calls that they could not be made, for want of a signal. @param {import('playwright-core').Page} page @param {{ emergency?: boolean, whom?: string }} [how] */
export async function couldNotCall(page, { emergency = true, whom = 'the practice' } = {}) {
  if (emergency) {
    await answer(page, 'Did you ring 999?', 'I could not')
    await answer(page, 'Why could you not ring 999?', 'no signal')
  }
  await answer(page, `Did you ring ${whom}?`, 'I could not')
  await answer(page, 'Why could you not ring them?', 'no signal')
}

/** The form is gone and the phone says so: what it said about the visit before may still be there. @param {import('playwright-core').Page} page */
export async function saved(page) {
  await Promise.all([page.waitForURL(/#\/today$/), page.getByText('Saved on this phone.').first().waitFor()])
}

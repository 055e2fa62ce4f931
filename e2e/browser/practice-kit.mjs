// What the stories of the inbox share: the stand, a browser, a nurse's phone, and short ways of looking.
import assert from 'node:assert/strict'
import { after, before, beforeEach } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { Handset } from './handset.mjs'
import { openBrowser, openPage, patience } from './kit.mjs'

/**
 * One stand and one browser for a file; each story begins on the neighbourhood's first morning, with the doors of the
 * practice open.
 * @param {{ people?: number, own?: boolean }} [o] people: further ones on the north team's caseload; own: a browser that no other file shares
 */
export function inbox(o = {}) {
  /** @type {{ stand: import('../stand/stand.mjs').Stand, browser: import('playwright-core').Browser, nia: Handset }} */
  const here = /** @type {any} */ ({})
  let fresh = true
  before(async () => { [here.stand, here.browser] = await Promise.all([startStand(null, o), openBrowser(o)]) })
  after(async () => { await here.browser?.close(); await here.stand?.close() })
  beforeEach(async () => {
    if (!fresh) await here.stand.reset()
    fresh = false
    await openDoors(here.stand)
    here.nia = await Handset.of(here.stand, 'nia')
  })
  return Object.assign(here, {
    /** @param {any} t @param {string} who @param {import('./kit.mjs').How} [how] */
    page: (t, who, how = {}) => openPage(t, here.browser, here.stand, '/practice/', { as: who, ...how }),
    /** @param {string} id @param {string} who */
    read: (id, who = 'guy') => here.stand.care(who, 'GET', `/handovers/${id}`),
  })
}

/** Opens the practice at every hour of every day: behind closed doors a handover goes on to others at once. @param {import('../stand/stand.mjs').Stand} stand */
export async function openDoors(stand) {
  const week = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(day => [day, '00:00-24:00']))
  await stand.save('organisations', { opening_hours: week }, stand.organisations.elm)
  await stand.settle()
}

/** The list is there, empty or not. @param {import('playwright-core').Page} page */
export const loaded = page => page.locator('[data-group], .pi-empty:not(.pi-loading)').first().waitFor()

/**
 * Presses what can be done to the open handover, also where it is one of the other actions that unfold.
 * @param {import('playwright-core').Page} page @param {string} name
 */
export async function press(page, name) {
  await page.locator('.pi-do').waitFor()
  const button = page.getByRole('button', { name, exact: true })
  if (!await button.isVisible()) await page.locator('.pi-actions summary').click()
  await button.click()
}

/** The names in the list, from the top. @param {import('playwright-core').Page} page */
export const names = page => page.locator('a[data-row]').allInnerTexts()

/** Waits until a question about the page, asked again and again, has this answer. @param {() => Promise<any>} ask @param {any} want @param {string} [what] */
export async function becomes(ask, want, what = 'it') {
  const until = Date.now() + patience
  for (;;) {
    const got = await ask().catch((/** @type {Error} */ e) => e.message)
    try { return assert.deepEqual(got, want, what) } catch (e) { if (Date.now() > until) throw e }
    await new Promise(resolve => setTimeout(resolve, 40))
  }
}

/** What the two live regions have said, in order, from now on. @param {import('playwright-core').Page} page */
export async function listen(page) {
  await page.evaluate(() => {
    /** @type {any} */ (window).said = []
    for (const id of ['announce', 'announce-now']) {
      const at = /** @type {HTMLElement} */ (document.getElementById(id))
      new MutationObserver(() => { if (at.textContent) /** @type {any} */ (window).said.push(at.textContent) }).observe(at, { childList: true, characterData: true, subtree: true })
    }
  })
  return () => page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).said))
}

/** The label of whatever has the focus. @param {import('playwright-core').Page} page */
export const focused = page => page.evaluate(() => (document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim().replace(/\s+/g, ' '))

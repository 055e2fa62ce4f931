// What every browser test stands on: Debian's Chromium, pages that are watched for anything that goes wrong in
// them, axe, and signing in.
//
//   const stand = await startStand(null)                     // e2e/stand: the server
//   const browser = await openBrowser()                      // close it in after()
//   const page = await openPage(t, browser, stand, '/practice/', { as: 'rita', width: 390, dark: true })
//   await accessible(page, 'the empty list')
//
// A page that ends its test with a script error, a failed module or a violation of its content security policy fails it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { launch } from './chromium.mjs'

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../stand/stand.mjs').Stand} Stand */

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const shared = 'DOORSTEP_BROWSER' // where the browser is that all files of stories share

/** Opens one browser for the processes that are started from here on. */
export async function serveBrowser() {
  const server = await chromium.launchServer(launch)
  process.env[shared] = server.wsEndpoint()
  return server
}

/**
 * The browser that all files share, or one of its own for a file that is run alone.
 * @param {{ own?: boolean }} [how] own: for stories of what a browser has but once, such as the clipboard
 * @returns {Promise<Browser>}
 */
export function openBrowser({ own = false } = {}) {
  const at = process.env[shared]
  return at && !own ? chromium.connect(at) : chromium.launch(launch)
}

/**
 * @typedef {object} How
 * @property {string} [as] the short name of the member of staff who is signed in already; otherwise the page asks
 * @property {number} [width] of the window, in CSS pixels; 1280 unless given
 * @property {number} [height] 900 unless given
 * @property {boolean} [dark]
 * @property {boolean} [touch]
 * @property {boolean} [worker] with the service worker, for stories that load a page without a network; it fetches the app a second time
 * @property {import('playwright-core').BrowserContext} [context] share another page's storage
 * @property {RegExp[]} [expected] console errors that belong to the story, such as a refused request
 */

/**
 * Opens a page of the stand in a context of its own, watched until its test ends.
 * @param {{ after: (fn: () => Promise<void>) => void, passed?: boolean }} t the test
 * @param {Browser} browser @param {Stand} stand @param {string} path @param {How} [how]
 * @returns {Promise<Page>}
 */
export async function openPage(t, browser, stand, path, how = {}) {
  const context = how.context ?? await browser.newContext({ baseURL: stand.url, viewport: { width: how.width ?? 1280, height: how.height ?? 900 },
    colorScheme: how.dark ? 'dark' : 'light', hasTouch: how.touch ?? false, locale: 'en-GB', timezoneId: 'America/New_York', reducedMotion: 'reduce', serviceWorkers: how.worker ? 'allow' : 'block' })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  const troubles = watch(page, how.expected ?? [])
  const talk = overhear(page)
  if (how.as) {
    const kept = await session(stand, how.as)
    await page.addInitScript(value => {
      if (!sessionStorage.getItem('doorstep-signed-in')) {
        sessionStorage.setItem('doorstep-signed-in', 'yes')
        sessionStorage.setItem('doorstep-session', value)
      }
    }, JSON.stringify(kept))
  }
  t.after(async () => {
    if (t.passed === false) console.error(`${path} when the test failed, at ${page.url()}:\n${await shown(page)}\n${talk.join('\n')}`)
    if (!how.context) await context.close()
    assert.deepEqual(troubles, [], `what went wrong in ${path}`)
  })
  await page.goto(stand.url + path)
  return page
}

/** What a page shows, for whoever has to find out why a story failed. @param {Page} page */
const shown = page => page.locator('body').innerText({ timeout: 5_000 }).catch(e => `nothing that can be read: ${e.message}`)

/** The last that a page and the server's API said to each other; grows while they speak. @param {Page} page @returns {string[]} */
function overhear(page) {
  /** @type {string[]} */ const talk = []
  const began = Date.now()
  const note = (/** @type {string} */ text) => {
    talk.push(`${Date.now() - began} ms ${text}`)
    if (talk.length > 40) talk.shift()
  }
  const api = (/** @type {string} */ url) => url.includes('/api/')
  page.on('request', r => { if (api(r.url())) note(`→ ${r.method()} ${new URL(r.url()).pathname}`) })
  page.on('response', r => { if (api(r.url())) note(`← ${r.status()} ${new URL(r.url()).pathname}`) })
  page.on('requestfailed', r => { if (api(r.url())) note(`✗ ${new URL(r.url()).pathname} ${r.failure()?.errorText}`) })
  return talk
}

/** Refused requests are told by the browser itself; whether they belong is for the test to say. */
const always = [/^Failed to load resource: (net::ERR_|the server responded with a status of (400|401|403|404|409|503))/]

/**
 * Notes script errors, console errors and violations of the policy. Times are shown in London wherever the
 * browser stands, which is why openPage puts it in New York.
 * @param {Page} page @param {RegExp[]} expected @returns {string[]} grows as things go wrong
 */
export function watch(page, expected = []) {
  /** @type {string[]} */
  const troubles = []
  const note = (/** @type {string} */ text) => {
    if (!troublesPaused.has(page) && ![...always, ...expected].some(e => e.test(text))) troubles.push(text)
  }
  page.on('console', m => { if (m.type() === 'error' || /Content.Security.Policy|TrustedHTML|TrustedScript/.test(m.text())) note(m.text()) })
  page.on('pageerror', e => note(`${e.name}: ${e.message}`))
  return troubles
}

/** Pages in which axe runs at this moment: it makes elements in ways that the policy forbids pages. @type {WeakSet<Page>} */
const troublesPaused = new WeakSet()

/** What a page keeps of who is signed in: see pb_public/shared/ui/session.js. @param {Stand} stand @param {string} who */
async function session(stand, who) {
  const answer = await fetch(stand.url + '/api/sync/v1/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ identity: stand.staff[who].email, password: stand.password }) })
  assert.equal(answer.status, 200, `signing in ${who}`)
  const { token, record } = await answer.json()
  return { token, me: { id: record.id, name: record.name, role: record.role, organisation: record.organisation, teams: record.teams, email: record.email } }
}

/** Signs in by the form, as people do. @param {Page} page @param {Stand} stand @param {string} who */
export async function signIn(page, stand, who) {
  await page.getByLabel('E-mail address').fill(stand.staff[who].email)
  await page.getByLabel('Password', { exact: true }).fill(stand.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** What the colours of a page decide; the rest of what axe knows is the same in the dark. */
const ofColours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/**
 * Nothing that axe knows breaks WCAG 2.0, 2.1 or 2.2 at A or AA.
 * @param {Page} page @param {string} what the state, for the message @param {{ colours?: boolean }} [how] colours: what depends on them, and no more
 */
export async function accessible(page, what, { colours = false } = {}) {
  troublesPaused.add(page)
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axeSource + ';0')
  const found = await page.evaluate(async runOnly => {
    const result = await /** @type {any} */ (window).axe.run(document, { runOnly, resultTypes: ['violations'] })
    return result.violations.map((/** @type {any} */ v) => ({ rule: v.id, help: v.help, where: v.nodes.slice(0, 5).map((/** @type {any} */ n) => `${n.target.join(' ')}: ${n.failureSummary}`) }))
  }, colours ? ofColours : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
  await page.evaluate(() => 0) // what axe caused has been told by now
  troublesPaused.delete(page)
  assert.deepEqual(found, [], `axe on ${what}`)
  assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth > innerWidth + 1, document.title !== '', document.documentElement.lang]),
    [false, true, 'en-GB'], `${what}: [scrolls sideways, has a title, language]`)
}

/** The same in each look a page has: wide and narrow, light and dark. It is left as it was found. @param {Page} page @param {string} what */
export async function accessibleInEveryLook(page, what) {
  const size = page.viewportSize()
  for (const [width, height] of [[320, 640], [390, 844], [1280, 900]]) {
    await page.setViewportSize({ width, height })
    await accessible(page, `${what}, ${width} px`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await accessible(page, `${what}, ${width} px and dark`, { colours: true })
    await page.emulateMedia({ colorScheme: 'light' })
  }
  if (size) await page.setViewportSize(size)
}

/** Keeps a picture of a page in the folder SHOTS, where somebody wants to look at it. @param {Page} page @param {string} name */
export const shot = (page, name) => process.env.SHOTS ? page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }) : undefined

/** Accessible narrow and light, wide and dark, with a picture of both. It is left wide and light. @param {Page} page @param {string} name */
export async function looked(page, name) {
  await page.setViewportSize({ width: 360, height: 740 })
  await accessible(page, `${name}, narrow`)
  await shot(page, `${name}-360`)
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page, `${name}, dark`, { colours: true })
  await shot(page, `${name}-dark-1366`)
  await page.emulateMedia({ colorScheme: 'light' })
}

/**
 * WCAG 2.2, 2.4.11: walks through the page by Tab and finds each focused element that something else covers.
 * @param {Page} page @param {number} [most] steps @returns {Promise<string[]>} what was reached, in order
 */
export async function walkByTab(page, most = 80) {
  /** @type {string[]} */
  const reached = []
  await page.evaluate(() => { // Tab goes on from where the focus was, so it is put before everything first
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
    window.scrollTo(0, 0)
  })
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const e = document.activeElement
      if (!e || e === document.body || e === document.documentElement) return null
      const box = e.getBoundingClientRect()
      const x = Math.min(Math.max(box.left + Math.min(box.width, 40) / 2, 0), innerWidth - 1), y = Math.min(Math.max(box.top + Math.min(box.height, 30) / 2, 0), innerHeight - 1)
      const on = document.elementFromPoint(x, y)
      // Radios and checkboxes are drawn before their label, and so is that they have the focus.
      const label = /** @type {HTMLInputElement} */ (e).labels?.[0]
      const marks = (/** @type {CSSStyleDeclaration} */ s) => s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.backgroundColor === 'rgb(255, 235, 59)'
      return { name: `${e.tagName.toLowerCase()} ${(e.getAttribute('aria-label') ?? label?.textContent ?? e.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)}`, hidden: !on || !(e.contains(on) || on.contains(e)) && on.closest('label')?.htmlFor !== e.id,
        marked: marks(getComputedStyle(e)) || Boolean(label) && marks(getComputedStyle(/** @type {Element} */ (label), '::before')) }
    })
    if (!at) break
    assert.equal(at.hidden, false, `${at.name}: something covers it when it has the focus`)
    assert.equal(at.marked, true, `${at.name}: nothing shows that it has the focus`)
    reached.push(at.name)
  }
  return reached
}

/** Text twice as large (WCAG 1.4.4), as a reader sets it in the browser. @param {Page} page */
export async function doubleText(page) {
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%' })
}

/** What makes a page scroll sideways: the innermost elements that reach beyond its right edge. @param {Page} page @returns {Promise<string[]>} */
export function sticksOut(page) {
  return page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth + 1) return []
    const beyond = (/** @type {Element} */ e) => e.getBoundingClientRect().right > innerWidth + 1
    return [...document.querySelectorAll('body *')].filter(e => beyond(e) && ![...e.children].some(beyond)).map(e => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent?.trim().slice(0, 40)}`)
  })
}

/** How long a story waits for what must come, in ms: longer than the slowest machine takes, so that it only ends what hangs. */
export const patience = 120_000

/** Waits until nothing of it is on the page: what a story has just made go away goes when the page is drawn next. @param {import('playwright-core').Locator} what */
export const goes = what => what.first().waitFor({ state: 'detached' })

/** Looks again until it is so; what the server does by itself. @param {string} what @param {() => Promise<boolean>} check */
export async function until(what, check) {
  const end = Date.now() + patience
  while (!await check()) {
    if (Date.now() > end) throw new Error(`it never came: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** What Chrome's translation does to a page: <font> in the place of each text that says something. @param {Page} page */
export const translate = page => page.evaluate(() => {
  const texts = /** @type {Text[]} */ ([]), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode))
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement?.closest('script, style, textarea, noscript')) continue
    const font = document.createElement('font')
    font.append(Object.assign(document.createElement('font'), { textContent: text.data }))
    text.replaceWith(font)
  }
})

/** What axe does not know of a state: the way through it by Tab, text twice as large, and nothing that must be dragged. @param {import('playwright-core').Page} page @param {string} name */
export async function usable(page, name) {
  await walkByTab(page, 120)
  await doubleText(page)
  assert.deepEqual(await sticksOut(page), [], `${name} scrolls sideways with text twice as large`)
  await page.evaluate(() => { document.documentElement.style.fontSize = '' })
  assert.equal(await page.locator('[draggable=true]:not(:has(button))').count(), 0, `${name}: what is dragged can be moved by a button too`)
}

// A new version of the app arrives while somebody works: it waits for them.
import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startStand } from '../stand/stand.mjs'
import { goes, openBrowser, until } from './kit.mjs'
import { goTo, offlineReady, openPhone, save, unlock, purpose } from './app-kit.mjs'

/** @typedef {import('playwright-core').Page} Page */

const root = fileURLToPath(new URL('../..', import.meta.url))
/** @type {any} */ let stand
/** @type {any} */ let browser
/** @type {string} where the pages are that a test changes */ let pages
before(async () => {
  pages = await mkdtemp(join(tmpdir(), 'doorstep-pages-'))
  await Promise.all(['pb_public', 'docs'].map(folder => cp(join(root, folder), join(pages, folder), { recursive: true })))
  stand = await startStand(null, { pages })
  browser = await openBrowser()
})
after(async () => { await browser?.close(); await stand?.close(); await rm(pages, { recursive: true, force: true }) })

/** A server with a newer app; the number tells it apart. @param {number} n */
async function release(n) {
  await appendFile(join(pages, 'pb_public/app/app.css'), `\n:root { --version-of-the-test: ${n}; }\n`)
  await stand.restart()
}

/** Which release the page runs. @param {Page} page */
const running = page => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--version-of-the-test').trim())

/** Which release each kept shell is of, and how the workers stand: for whoever reads a failure. @param {Page} page */
const shells = page => page.evaluate(async () => {
  const kept = await Promise.all((await caches.keys()).map(async name => {
    const style = await (await (await caches.open(name)).match('/app/app.css'))?.text() ?? ''
    return { name, release: /--version-of-the-test: ?(\d)[^]*$/.exec(style.slice(style.lastIndexOf('--version-of-the-test')))?.[1] ?? '' }
  }))
  const workers = await navigator.serviceWorker.getRegistration('/app/')
  const state = (/** @type {ServiceWorker | null | undefined} */ w) => w?.state ?? 'none'
  return JSON.stringify({ kept, active: state(workers?.active), waiting: state(workers?.waiting), installing: state(workers?.installing),
    controlled: state(navigator.serviceWorker.controller), styles: [...document.styleSheets].map(s => s.href) })
})

/** What an app that comes back into sight does. @param {Page} page */
const comesBack = page => page.evaluate(() => { document.dispatchEvent(new Event('visibilitychange')) })

/** Marks the page, to see whether it was loaded anew. @param {Page} page */
const mark = page => page.evaluate(() => { Object.assign(globalThis, { sameAsBefore: true }) })
/** @param {Page} page */
const marked = page => page.evaluate(() => 'sameAsBefore' in globalThis)

test('update while a form is dirty: never over an open form, offered afterwards, taken on by the button', async t => {
  const page = await openPhone(t, browser, stand, 'nia', { worker: true })
  await offlineReady(page)
  await goTo(page, `#/visit?person=${stand.patients.Ames}`)
  await page.getByLabel('Visit done').check()
  await purpose(page)
  await page.getByLabel('Note').fill('Written while an update came')
  await mark(page)
  await release(2)
  await comesBack(page)
  await page.getByText('A new version is ready. Save or discard your form, then update.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Update now' }).count(), 0, 'offered over an open form')
  await page.evaluate(async () => {
    const workers = await navigator.serviceWorker.getRegistration('/app/')
    workers?.addEventListener('updatefound', () => { Object.assign(globalThis, { newest: workers.installing }) })
  })
  await release(3) // and a second one, before the first was taken on
  await until('the newest of the two waits', () => page.evaluate(async () => {
    const workers = await navigator.serviceWorker.getRegistration('/app/')
    if (workers?.installing) return false
    const { newest } = /** @type {{ newest?: ServiceWorker }} */ (globalThis)
    if (newest && workers?.waiting === newest) return true
    await workers?.update().catch(() => {}) // one that could not fetch everything leaves the one before it waiting; the next look mends that
    return false
  }))
  assert.equal(await page.getByLabel('Note').inputValue(), 'Written while an update came')
  assert.ok(await marked(page), 'the page was loaded anew over an open form')
  assert.equal(await running(page), '', 'a new style came into the old page')
  await save(page)
  await page.getByText('Saved on this phone.').first().waitFor()
  await page.getByText('Everything sent').waitFor()
  await page.getByText('A new version is ready.').waitFor()
  assert.ok(await marked(page), 'nobody asked for it yet')
  await page.getByRole('button', { name: 'Update now' }).click()
  await page.getByRole('heading', { name: 'Unlock' }).waitFor()
  assert.equal(await running(page), '3', `the newest of the two; ${await shells(page)}`)
  await unlock(page)
  await page.getByText('Everything sent').waitFor()
  await until('the old shells are gone', () => page.evaluate(async () => (await caches.keys()).length === 1))
  await goes(page.getByText('A new version is ready'))
  assert.deepEqual(await stand.query("SELECT count(*) AS n FROM visits WHERE note = 'Written while an update came'"), [{ n: 1 }])
})

test('a half-downloaded update changes nothing, and the old version still opens with no network', async t => {
  await stand.reset()
  const page = await openPhone(t, browser, stand, 'nia', { worker: true, expected: [/./] })
  await offlineReady(page)
  const before = await running(page)
  await page.context().route('**/app/views/visit.js', route => route.abort())
  await release(9)
  const failed = page.evaluate(() => new Promise(done => navigator.serviceWorker.getRegistration('/app/').then(r => r?.addEventListener('updatefound', () => {
    const worker = r.installing
    worker?.addEventListener('statechange', () => { if (worker.state === 'redundant') done('redundant') })
  }))))
  await comesBack(page)
  assert.equal(await failed, 'redundant')
  assert.equal(await page.getByText('A new version is ready').count(), 0)
  await page.context().setOffline(true)
  await page.reload()
  await unlock(page)
  await page.getByText('People on this phone').waitFor()
  assert.equal(await running(page), before)
})

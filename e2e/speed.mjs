// How fast the field app is: measured and printed beside the figures that were committed last, as ratios. No test reads
// any of it. 1,000 people are on the phone, and where it says so the machine is four times as slow as this one. What a
// machine does beside the measuring counts against the app, so each figure is the least of a few tries.
//
//   make speed                  measure and compare
//   make speed ARGS=--write     and keep the figures in docs/speed.json, on a machine left alone
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { goTo, lock, offlineReady, openPhone, passphrase, purpose } from './browser/app-kit.mjs'
import { openBrowser } from './browser/kit.mjs'
import { firstMorning, halfAYear } from './speed-first-load.mjs'
import { shellSizes } from './stand/shell.mjs'
import { startStand } from './stand/stand.mjs'

/** @typedef {import('playwright-core').Page} Page */

const tries = 5, mornings = 2
const kept = new URL('../docs/speed.json', import.meta.url)

/** @type {{ what: string, unit: string, aim: number, measure: (n: number) => Promise<number>, times: number }[]} */
const figures = []
/** @param {string} what @param {string} unit @param {number} aim @param {(n: number) => Promise<number>} measure of the n-th try @param {number} [times] */
const figure = (what, unit, aim, measure, times = tries) => { figures.push({ what, unit, aim, measure, times }) }

const stand = await startStand(null, { people: 1000, tight: true })
const browser = await openBrowser()
/** @type {(() => Promise<void>)[]} */ const ends = []
const t = { after: (/** @type {() => Promise<void>} */ end) => { ends.push(end) } }

/** Slows the page down. @param {Page} page @param {number} rate */
async function slow(page, rate) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate })
}

/** The longest frame while something is done, in milliseconds; the first one belongs to what was before. @param {Page} page @param {() => Promise<unknown>} what */
async function longestFrame(page, what) {
  await page.evaluate(() => new Promise(ready => {
    const frames = /** @type {any} */ (globalThis).frames_ = { deltas: /** @type {number[]} */ ([]), on: true }
    let last = 0
    const next = (/** @type {number} */ at) => {
      if (last) frames.deltas.push(at - last)
      last = at
      if (frames.on) requestAnimationFrame(next)
    }
    requestAnimationFrame(at => { next(at); ready(null) })
  }))
  await what()
  const deltas = await page.evaluate(() => { const f = /** @type {any} */ (globalThis).frames_; f.on = false; return f.deltas })
  return Math.max(...deltas)
}

figure('the shell on its way, packed', 'B', 160_000, async () => (await shellSizes(stand.url)).reduce((sum, [, n]) => sum + n, 0))

const offline = await openPhone(t, browser, stand, 'nia', { worker: true })
await offline.getByText('1005 people').waitFor()
await offlineReady(offline)
await offline.context().setOffline(true)
await offline.addInitScript(() => {
  // When the unlock screen was there, and then the frame that shows it.
  const look = new MutationObserver(() => {
    if (!document.getElementById('passphrase')) return
    look.disconnect()
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => { /** @type {any} */ (globalThis).painted = performance.now() }
      port2.postMessage(null)
    })
  })
  look.observe(document, { childList: true, subtree: true })
})
await lock(offline)
await slow(offline, 4)

figure('first paint with no network, at a quarter of the speed', 'ms', 1000, async () => {
  await offline.reload()
  return (await offline.waitForFunction(() => /** @type {any} */ (globalThis).painted)).jsonValue()
})

let opened = false
figure('unlocked by passphrase with 1,000 people, at a quarter of the speed', 'ms', 5000, async () => {
  if (opened) await lock(offline)
  opened = true
  await goTo(offline, '#/today')
  await offline.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  return offline.evaluate(() => new Promise(done => {
    const began = performance.now()
    const look = new MutationObserver(() => {
      if (!document.getElementById('find')) return
      look.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
    })
    look.observe(document, { childList: true, subtree: true })
    ;[.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[type=submit]'))].find(b => b.textContent === 'Unlock')?.click()
  }))
})

const page = await openPhone(t, browser, stand, 'ned')
await page.getByText('1005 people').waitFor()
await page.getByText('Everything sent').waitFor()

figure('longest frame while 1,000 people scroll by', 'ms', 50, async () => {
  await page.evaluate(() => scrollTo(0, 0))
  return longestFrame(page, () => page.evaluate(() => new Promise(done => {
    // A thumb that flings: a screen and a half every tenth of a second, down to the last of all people.
    let still = 0
    const fling = () => {
      const before = scrollY
      scrollBy({ top: 200, behavior: 'instant' })
      still = scrollY === before ? still + 1 : 0
      if (still > 10) done(null)
      else requestAnimationFrame(fling)
    }
    fling()
  })))
})

figure('longest frame while one of 1,000 people is searched', 'ms', 50, async () => {
  const find = page.getByLabel('Find a person')
  await find.fill('')
  await page.getByText('1005 people').waitFor()
  return longestFrame(page, async () => {
    await find.pressSequentially('resident0777', { delay: 60 })
    await page.getByText('1 person', { exact: true }).waitFor()
    for (let i = 0; i < 12; i++) await find.press('Backspace', { delay: 30 })
    await page.getByText('1005 people').waitFor()
  })
})

let visits = 0
figure('a visit saved, from the tap to "Saved on this phone" on the screen', 'ms', 100, async () => {
  await goTo(page, `#/visit?person=${stand.patients.Ames}`)
  await page.getByLabel('Visit done').check()
  await purpose(page)
  await page.getByLabel('Note').fill(`Quickly saved ${++visits}`)
  const readings = [['Respiration rate', '16'], ['Oxygen saturation', '97'], ['Systolic blood pressure', '124'], ['Pulse', '72'], ['Temperature', '36.8']]
  for (const [label, value] of readings) await page.getByLabel(label).fill(value)
  await page.getByLabel('Breathing air').check()
  await page.getByLabel('Alert').check()
  const took = page.evaluate(() => new Promise(done => {
    let tapped = 0
    addEventListener('click', e => { tapped = e.timeStamp }, { capture: true, once: true })
    const look = new MutationObserver(() => {
      if (!document.querySelector('.app-toast')?.textContent?.includes('Saved on this phone.')) return
      look.disconnect()
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => done(performance.now() - tapped)
        port2.postMessage(null)
      })
    })
    look.observe(document, { childList: true, subtree: true, characterData: true })
  }))
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const ms = await took
  await page.getByText('Everything sent').waitFor()
  await page.locator('.app-toast').waitFor({ state: 'detached' })
  return ms
})

/** @type {Promise<Awaited<ReturnType<typeof firstMorning>>>[]} */ const lived = []
let filled = false
/** What the n-th phone went through on its first morning. @param {number} n */
const morning = n => lived[n] ??= (async () => {
  if (!filled) { // the phones above would fetch it, too
    await Promise.all([offline, page].map(p => p.context().close()))
    await halfAYear(stand, 'ned')
    filled = true
  }
  return firstMorning(stand, 'ned')
})()
const firstMornings = /** @type {const} */ ([
  ["a new phone, 30,000 records, 1.6 Mbit/s, 300 ms, a quarter of the speed: today's round is there", 'ms', 12_000, 'round'],
  ['the same: everything is there', 'ms', 25_000, 'all'], ['the same: bytes of the pulls', 'B', 2_500_000, 'bytes'],
  ['the same: the longest task, unlocking included', 'ms', 50, 'task'], ['the same: the most memory of the page', 'MB', 250, 'memory'],
  ["the same phone unlocked: today's round is there", 'ms', 1500, 'unlock'],
])
for (const [what, unit, aim, name] of firstMornings) figure(what, unit, aim, async n => (await morning(n))[name], mornings)

/** @type {{ measured: string, processors: number, figures: Record<string, number> }} */
const last = JSON.parse(readFileSync(kept, 'utf8'))
/** @type {Record<string, number>} */
const now = {}
console.log(`least of ${tries} on ${availableParallelism()} processors; last committed ${last.measured} on ${last.processors}\n`)
console.log('     now     last   ratio      aim')
for (const { what, unit, aim, measure, times } of figures) {
  const all = []
  for (let i = 0; i < times; i++) all.push(Math.round(await measure(i)))
  const least = now[what] = Math.min(...all), before = last.figures[what]
  console.log([least, before ?? '–', before ? (least / before).toFixed(2) : '–', aim].map(n => String(n).padStart(8)).join(''), `${unit}  ${what} (${all.join(', ')})`)
}
if (process.argv.includes('--write')) {
  writeFileSync(kept, JSON.stringify({ measured: new Date().toISOString().slice(0, 10), processors: availableParallelism(), figures: now }, null, 2) + '\n')
}
for (const end of ends.reverse()) await end()
await browser.close()
await stand.close()

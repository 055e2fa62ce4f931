// What a phone goes through on its first morning, measured: 1,000 people with half a year of visits, some 30,000 records, come
// over a slow network onto a slow phone, which is then locked and unlocked.
import { readFileSync } from 'node:fs'
import { passphrase, setUp } from './browser/app-kit.mjs'
import { openBrowser, openPage } from './browser/kit.mjs'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./stand/stand.mjs').Stand} Stand */

/** The phone: a quarter of this machine's speed, 1.6 Mbit/s, 300 ms until an answer begins. */
const slowdown = 4, network = { offline: false, latency: 300, downloadThroughput: 200_000, uploadThroughput: 200_000 }
const visitsEach = 13, daysBetween = 14, ownStops = 12
/** How long any part of it may take, in milliseconds. */
const patience = 600_000

/**
 * Gives each of the further people half a year of visits, each with a set of readings, and one nurse a round of her own.
 * @param {Stand} stand @param {string} nurse
 */
export async function halfAYear(stand, nurse) {
  const columns = async (/** @type {string} */ table) => Object.keys((await stand.query(`SELECT * FROM ${table} LIMIT 1`))[0])
  const copied = async (/** @type {string} */ table, /** @type {Record<string, string>} */ own) => {
    const names = await columns(table)
    return `INSERT INTO ${table} (${names.map(n => `"${n}"`).join(', ')}) SELECT ${names.map(n => own[n] ?? `t."${n}"`).join(', ')} FROM`
  }
  const id = `'01k' || substr(lower(hex(randomblob(16))), 1, 23)`
  const at = (/** @type {string} */ minutes) => `strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || (n.i * ${daysBetween}) || ' days', '${minutes} minutes')`
  const moment = `strftime('%Y-%m-%d %H:%M:', 'now', '-' || (abs(random()) % 15000000) || ' seconds') || printf('%06.3fZ', abs(random()) % 60000 / 1000.0)`
  const written = { authored_at: moment, received_at: moment, author: `'${stand.staff[nurse].id}'` }
  const words = ['dressing changed, wound clean', 'eating well', 'slept badly', 'daughter was there', 'asked for the stick to be mended', 'skin intact', 'pain when she stands up']
  const note = [1, 2, 3].map(() => `json_extract('${JSON.stringify(words)}', '$[' || (abs(random()) % ${words.length}) || ']')`).join(` || ', ' || `)
  const times = `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${visitsEach}) SELECT i FROM n) n`
  await stand.exec(`${await copied('visits', { id, patient: 'p.id', version: '0', ...written, started_at: at('0'), ended_at: at('+25'), clinical_time: at('+25'), note })}
    patients p, ${times}, (SELECT * FROM visits WHERE status = 'completed' LIMIT 1) t WHERE p.family_name LIKE 'Resident%'`)
  await stand.exec(`${await copied('observations', { id, patient: 'v.patient', visit: 'v.id', version: '0', ...written, taken_at: 'v.started_at', clinical_time: 'v.started_at',
    pulse: '60 + abs(random()) % 30', systolic: '115 + abs(random()) % 25', respiration_rate: '13 + abs(random()) % 6' })}
    visits v, (SELECT * FROM observations LIMIT 1) t WHERE v.id LIKE '01k%' AND v.status = 'completed' AND v.patient IN (SELECT id FROM patients WHERE family_name LIKE 'Resident%')`)
  // Elsewhere than in these rounds somebody goes already.
  await stand.exec(`UPDATE visits SET staff = '${stand.staff.sam.id}' WHERE status = 'planned'`)
  await stand.exec(`UPDATE visits SET staff = '${stand.staff[nurse].id}' WHERE status = 'planned' AND patient IN
    (SELECT id FROM patients WHERE family_name LIKE 'Resident%' ORDER BY hex(substr(id, -4)) LIMIT ${ownStops})`)
  let settled = false // so much takes longer than a test may
  for (let i = 0; i < 20 && !settled; i++) settled = await stand.settle().then(() => true, () => false)
  if (!settled) throw new Error('what was written is not in the feed')
}

/**
 * Sets a phone up, and locks and unlocks it.
 * @param {Stand} stand @param {string} nurse
 * @returns {Promise<{ round: number, all: number, bytes: number, task: number, memory: number, unlock: number }>} milliseconds until
 *   today's round is there, and until everything is; bytes of the pulls; the longest task; the most memory; from the tap on Unlock to the round
 */
export async function firstMorning(stand, nurse) {
  const browser = await openBrowser({ own: true })
  /** @type {(() => Promise<void>)[]} */ const ends = []
  try {
    const page = await openPage({ after: end => { ends.push(end) } }, browser, stand, '/app/', { width: 360, height: 740, touch: true })
    page.setDefaultTimeout(patience)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', network)
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    const bytes = pulled(cdp)
    await watch(page)
    const began = await page.evaluate(() => performance.now())
    const set = setUp(page, stand, nurse)
    const round = await page.waitForFunction(stops => document.querySelectorAll('.app-card__name').length >= stops && performance.now(), ownStops)
    const roundAt = Number(await round.jsonValue())
    await set
    const all = await page.waitForFunction(() => /** @type {any} */ (globalThis).there_() && performance.now())
    const allAt = Number(await all.jsonValue())
    const task = await page.evaluate(() => /** @type {any} */ (globalThis).longest_)
    const first = { round: roundAt - began, all: allAt - began, bytes: bytes(), task }
    // A phone has the app already: what it fetches of that here would count as unlocking.
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
    await page.reload({ waitUntil: 'networkidle' })
    await cdp.send('Network.emulateNetworkConditions', network)
    await watch(page)
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    const unlock = await page.evaluate(stops => new Promise(done => {
      const from = performance.now()
      const look = new MutationObserver(() => {
        if (document.querySelectorAll('.app-card__name').length < stops) return
        look.disconnect()
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)))
      })
      look.observe(document, { childList: true, subtree: true })
      ;[.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[type=submit]'))].find(b => b.textContent === 'Unlock')?.click()
    }), ownStops)
    await page.waitForFunction(() => /** @type {any} */ (globalThis).there_())
    const again = await page.evaluate(() => /** @type {any} */ (globalThis).longest_)
    return { ...first, task: Math.max(task, again), memory: await memory(browser), unlock }
  } finally {
    for (const end of ends.reverse()) await end()
    await browser.close()
  }
}

/** Keeps the longest task, and knows when everything is there. @param {Page} page */
const watch = page => page.evaluate(() => {
  const w = /** @type {any} */ (globalThis)
  w.longest_ = 0
  new PerformanceObserver(list => { for (const e of list.getEntries()) w.longest_ = Math.max(w.longest_, e.duration) }).observe({ type: 'longtask' })
  w.there_ = () => !document.getElementById('load') && document.body.innerText.includes('people') && document.body.innerText.includes('last synced')
})

/** Counts what pulls weigh on the network. @param {import('playwright-core').CDPSession} cdp @returns {() => number} */
function pulled(cdp) {
  const asked = new Set()
  let bytes = 0
  cdp.on('Network.requestWillBeSent', e => { if (e.request.url.includes('/api/sync/v1/pull')) asked.add(e.requestId) })
  cdp.on('Network.loadingFinished', e => { if (asked.has(e.requestId)) bytes += e.encodedDataLength })
  return () => bytes
}

/** The most memory a page's process ever took, in MB. @param {import('playwright-core').Browser} browser */
async function memory(browser) {
  const cdp = await browser.newBrowserCDPSession()
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  const most = processInfo.filter(p => p.type === 'renderer').map(p => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${p.id}/status`, 'utf8'))?.[1] ?? 0))
  return Math.max(...most) / 1024
}

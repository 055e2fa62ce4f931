// Tabs, what a browser can do, and the note that outlives its database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinTabs } from '../../pb_public/app/store/tabs.js'
import { browserSupport, mayHoldPeople, room } from '../../pb_public/app/store/browser-support.js'
import { clearMarker, deviceBefore, markerOfLost, setDevice, setMarker } from '../../pb_public/app/store/eviction-marker.js'

/** Web Locks as the standard has them, for one name. */
function lockManager() {
  let holder = null
  const queue = []
  const grant = entry => {
    const held = { entry }
    holder = held
    Promise.resolve(entry.run({ name: entry.name })).then(() => { if (holder === held) { holder = null; next() }; entry.resolve() })
  }
  const next = () => { const entry = queue.shift(); if (entry) grant(entry) }
  return {
    get waiting() { return queue.length },
    request(name, options, run) {
      return new Promise((resolve, reject) => {
        const entry = { name, run, resolve, reject }
        options.signal?.addEventListener('abort', () => {
          const i = queue.indexOf(entry)
          if (i >= 0) { queue.splice(i, 1); reject(new DOMException('aborted', 'AbortError')) }
        })
        if (options.steal) {
          holder?.entry.reject(new DOMException('stolen', 'AbortError'))
          return grant(entry)
        }
        if (!holder) return grant(entry)
        if (options.ifAvailable) return resolve(run(null))
        queue.push(entry)
      })
    },
  }
}

/** Some tabs of one browser. */
function browser() {
  const locks = lockManager()
  const channels = new Set()
  const tab = () => {
    const t = { told: [], heard: [] }
    const channel = { onmessage: null, postMessage: m => { for (const c of channels) if (c !== channel) c.onmessage({ data: m }) }, close: () => channels.delete(channel) }
    channels.add(channel)
    t.tabs = joinTabs({ locks, channel, changed: leads => t.told.push(leads), heard: m => t.heard.push(m) })
    return t
  }
  return { locks, tab }
}

const settled = () => new Promise(resolve => setImmediate(resolve))

test('the first tab leads, the second waits, and leads when the first is closed', async () => {
  const { tab } = browser()
  const a = tab()
  const b = tab()
  await settled()
  assert.deepEqual([a.told, b.told], [[true], [false]])
  a.tabs.leave()
  await settled()
  assert.deepEqual([a.told, b.told], [[true], [false, true]])
  assert.equal(b.tabs.leads, true)
})

test('a tab takes over; the one that led is told, waits, and gets it back', async () => {
  const { tab, locks } = browser()
  const [a, b] = [tab(), tab()]
  await settled()
  b.tabs.takeOver()
  await settled()
  assert.deepEqual([a.told, b.told], [[true, false], [false, true]])
  assert.equal(locks.waiting, 1, 'the one that led is in the queue, the other is not')
  b.tabs.takeOver()
  b.tabs.leave()
  await settled()
  assert.deepEqual(a.told, [true, false, true])
})

test('three tabs: never two that lead', async () => {
  const { tab } = browser()
  const all = [tab(), tab(), tab()]
  await settled()
  const leaders = () => all.filter(t => t.tabs.leads).length
  for (const i of [1, 2, 0, 2]) {
    all[i].tabs.takeOver()
    await settled()
    assert.equal(leaders(), 1)
    assert.equal(all[i].tabs.leads, true)
  }
  all[2].tabs.leave()
  await settled()
  assert.equal(all.slice(0, 2).filter(t => t.tabs.leads).length, 1)
})

test('tabs tell each other, never themselves, and not after they left', async () => {
  const { tab } = browser()
  const [a, b] = [tab(), tab()]
  a.tabs.tell('committed')
  b.tabs.tell('erased')
  assert.deepEqual([a.heard, b.heard], [['erased'], ['committed']])
  a.tabs.leave()
  a.tabs.tell('committed')
  assert.equal(b.heard.length, 1)
})

test('a browser without locks leads: the store still notices a second tab', () => {
  const told = []
  const tabs = joinTabs({ locks: undefined, channel: { postMessage() {}, close() {} }, changed: l => told.push(l), heard() {} })
  tabs.takeOver()
  assert.deepEqual(told, [true])
  tabs.leave()
})

const safari = { ios: true, installed: false, indexedDB: true, crypto: true, persisted: false }

test('a Safari tab on a phone holds nobody’s data; the installed app does; other browsers are advised', () => {
  assert.deepEqual(mayHoldPeople(safari), { ok: false, code: 'ios_tab' })
  assert.deepEqual(mayHoldPeople({ ...safari, persisted: true }), { ok: false, code: 'ios_tab' })
  assert.deepEqual(mayHoldPeople({ ...safari, installed: true }), { ok: true, advise: null })
  assert.deepEqual(mayHoldPeople({ ...safari, ios: false }), { ok: true, advise: 'install' })
  assert.deepEqual(mayHoldPeople({ ...safari, ios: false, persisted: true }), { ok: true, advise: null })
  assert.deepEqual(mayHoldPeople({ ...safari, ios: false, persisted: null }), { ok: true, advise: 'install' })
  assert.deepEqual(mayHoldPeople({ ...safari, indexedDB: false }), { ok: false, code: 'no_storage' })
  assert.deepEqual(mayHoldPeople({ ...safari, crypto: false }), { ok: false, code: 'no_crypto' })
})

test('what the browser is, told by what it says and what it can', async () => {
  const scope = (userAgent, more = {}, nav = {}) => ({ indexedDB: {}, crypto: { subtle: {} }, ...more, navigator: { userAgent, ...nav } })
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26 Safari/605.1.15'
  assert.equal((await browserSupport(scope('Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X)'))).ios, true)
  assert.equal((await browserSupport(scope(mac, {}, { maxTouchPoints: 5 }))).ios, true)
  assert.equal((await browserSupport(scope(mac, {}, { maxTouchPoints: 0 }))).ios, false)
  const android = 'Mozilla/5.0 (Linux; Android 9) Chrome/130'
  const asked = []
  const storage = { persisted: async () => false, persist: async () => { asked.push(1); return true } }
  assert.deepEqual(await browserSupport(scope(android, { matchMedia: q => ({ matches: q.includes('standalone') }) }, { storage })),
    { ios: false, installed: true, indexedDB: true, crypto: true, persisted: true })
  assert.equal(asked.length, 1)
  const bare = await browserSupport({ navigator: { userAgent: android, storage: { persisted: async () => { throw new Error('private') } } } })
  assert.deepEqual(bare, { ios: false, installed: false, indexedDB: false, crypto: false, persisted: null })
  assert.equal((await browserSupport(scope(android))).persisted, null)
})

test('a meter that warns from four fifths on, and says nothing it does not know', async () => {
  assert.deepEqual(await room({ estimate: async () => ({ usage: 79, quota: 100 }) }), { used: 79, quota: 100, share: 0.79, tight: false })
  assert.equal((await room({ estimate: async () => ({ usage: 80, quota: 100 }) })).tight, true)
  assert.equal(await room({ estimate: async () => ({}) }), null)
  assert.equal(await room({ estimate: async () => { throw new Error('no') } }), null)
  assert.equal(await room(undefined), null)
})

test('a database that was cleared behind our back is noticed, with what had not been sent', () => {
  const kept = new Map()
  const marks = { getItem: k => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: k => kept.delete(k) }
  assert.equal(markerOfLost(marks, null), null, 'a new phone misses nothing')
  setMarker(marks, { vault: 'v1', unsent: 3, at: 5 })
  assert.equal(markerOfLost(marks, 'v1'), null)
  assert.deepEqual(markerOfLost(marks, null), { vault: 'v1', unsent: 3, at: 5 })
  assert.deepEqual(markerOfLost(marks, 'v2'), { vault: 'v1', unsent: 3, at: 5 })
  clearMarker(marks)
  assert.equal(markerOfLost(marks, null), null, 'signed out on purpose')
  kept.set('doorstep-marker', 'not JSON')
  assert.equal(markerOfLost(marks, null), null)
  assert.equal(deviceBefore(marks), '')
  setDevice(marks, 'd1')
  clearMarker(marks)
  assert.equal(deviceBefore(marks), 'd1', 'whoever sets it up anew is not shown with two phones')
  const broken = { getItem() { throw new Error('x') }, setItem() { throw new Error('x') }, removeItem() { throw new Error('x') } }
  setMarker(broken, { vault: 'v1', unsent: 0, at: 0 })
  clearMarker(broken)
  assert.equal(markerOfLost(broken, null), null)
  setDevice(broken, 'd1')
  assert.equal(deviceBefore(broken), '')
})

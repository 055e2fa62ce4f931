// A new version of the app is offered when there is one, and at no other moment.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { register, takeOver, waiting } from '../../pb_public/app/update.js'

/** A browser whose worker is as the test says. @param {any} registration @param {any} controller */
function browser(registration, controller) {
  const events = new EventTarget()
  const serviceWorker = Object.assign(events, { controller, register: async () => registration, getRegistration: async () => registration })
  Object.defineProperty(globalThis, 'navigator', { value: { serviceWorker }, configurable: true })
  return serviceWorker
}

/** @param {string} state */
const worker = state => Object.assign(new EventTarget(), { state, /** @type {string[]} */ told: [], postMessage(/** @type {string} */ text) { this.told.push(text) } })

const first = worker('installed'), second = worker('installed'), half = worker('activating')
for (const [what, standing, controller, offered] of /** @type {[string, any, any, boolean][]} */ ([
  ['nothing waits', null, first, false],
  ['the first worker of all waits for a moment, and nobody runs in it yet', first, null, false],
  ['the first worker waits for a moment, and the page is told already that it is in charge', first, first, false],
  ['a new one waits', second, first, true],
  ['a new one is just taking over', half, first, false],
])) {
  test(`${what}: it is ${offered ? '' : 'not '}offered`, async () => {
    const registration = Object.assign(new EventTarget(), { waiting: standing, installing: null })
    browser(registration, controller)
    let told = 0
    await register(() => { told++ })
    assert.equal(told > 0, offered)
    assert.equal(await waiting(), offered ? standing : null)
    second.told.length = first.told.length = half.told.length = 0
    await takeOver()
    assert.deepEqual([...first.told, ...half.told, ...second.told], offered ? ['take-over'] : [])
  })
}

test('a new version is offered when it is there whole, not while it comes', async () => {
  const coming = worker('installing')
  const registration = Object.assign(new EventTarget(), { waiting: /** @type {any} */ (null), installing: coming })
  browser(registration, first)
  let told = 0
  await register(() => { told++ })
  registration.dispatchEvent(new Event('updatefound'))
  assert.equal(told, 0)
  coming.state = 'installed'
  Object.assign(registration, { waiting: coming, installing: null })
  coming.dispatchEvent(new Event('statechange'))
  assert.equal(told, 1)
})

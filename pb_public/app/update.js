// @ts-check
// The service worker, and new versions of the app: a new one waits until the person presses the button,
// and the button is not there while a form holds something unsaved.
import { workerAddress } from '../shared/ui/worker-address.js'

/**
 * Registers the worker.
 * @param {() => void} ready called when a new version waits
 * @returns {Promise<ServiceWorkerRegistration | null>} null where the browser has no workers
 */
export async function register(ready) {
  if (!('serviceWorker' in navigator)) return null
  const registration = await navigator.serviceWorker.register(workerAddress('/app/sw.js'), { scope: '/app/', updateViaCache: 'none' })
  const look = () => { if (newer(registration)) ready() }
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  look()
  return registration
}

/**
 * The version that waits, if it is another than the page runs in. At the very first start the first worker stands
 * there for a moment, while the page is told already that it is in charge.
 * @param {ServiceWorkerRegistration | undefined} registration
 */
function newer(registration) {
  const worker = registration?.waiting, runs = navigator.serviceWorker.controller
  return worker && runs && worker !== runs && worker.state === 'installed' ? worker : null
}

/** How long a look for a new version is good for, in milliseconds: an app that stays open is never loaded anew by itself. */
const lookEvery = 60 * 60_000
let looked = -Infinity

/** Looks whether the server has a new version; at most once an hour. Without a network nothing happens. */
export async function lookForUpdate() {
  if (performance.now() - looked < lookEvery) return
  const registration = await navigator.serviceWorker?.getRegistration('/app/')
  if (!registration) return
  looked = performance.now()
  await registration.update()
}

/** Whether a new version waits: asked afresh each time, because a handle kept from before goes stale. */
export async function waiting() {
  return newer(await navigator.serviceWorker?.getRegistration('/app/'))
}

/** Lets the waiting version take over and opens the app anew in it. */
export async function takeOver() {
  const worker = await waiting()
  if (!worker) return
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  worker.postMessage('take-over')
}

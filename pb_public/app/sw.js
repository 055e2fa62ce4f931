// The service worker of the field app: it keeps the shell (pages, scripts, styles) on the phone, so that the
// app opens in a house with no signal. It never sees data: nothing under /api/ is kept or even touched.
//
// The server puts two lines before this text: VERSION, a hash over everything below, and FILES, the list.
// So the worker differs, and a browser notices, exactly when something of the app changed.
/* global VERSION, FILES */

const cacheName = `doorstep-${VERSION}`
let kept // the cache, opened once: the app asks for a hundred files when it starts
const open = () => kept ??= caches.open(cacheName).catch(e => { kept = undefined; throw e }) // asked again next time

self.addEventListener('install', event => {
  // All of it or nothing: a half-filled cache would be an app that opens and then breaks.
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(FILES.map(f => new Request(f, { cache: 'reload' })))))
  // No skipWaiting: a new version waits until the person says so, never over an open form.
})

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    // While a still newer version comes or waits, its files are among these: what is old goes with the next one.
    const newer = self.registration.installing || self.registration.waiting
    for (const name of newer ? [] : await caches.keys()) {
      if (name.startsWith('doorstep-') && name !== cacheName) await caches.delete(name)
    }
    await self.clients.claim()
  })())
})

self.addEventListener('message', event => {
  if (event.data === 'take-over') self.skipWaiting()
})

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return
  const path = url.pathname === '/app/index.html' ? '/app/' : url.pathname
  event.respondWith(open().then(async cache => await cache.match(path) ?? fetch(event.request)))
})

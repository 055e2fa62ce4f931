// The worker that shows notices: that something urgent waits, and nothing of what. It keeps nothing, and stands in the
// way of no request. Each page registers it for itself, and a notice opens the page that asked for it.

/** The page that a registration is for. @param {string} scope */
const pageOf = scope => scope.replace(/notices\/$/, '')

self.addEventListener('push', event => {
  let told = { title: 'Something waits in Doorstep', text: 'Open Doorstep to see it.', tag: 'doorstep' }
  try { told = { ...told, ...event.data.json() } } catch { /* shown as that something came: browsers want each one shown */ }
  event.waitUntil(self.registration.showNotification(told.title, { body: told.text, tag: told.tag }))
})

self.addEventListener('notificationclick', event => {
  event.notification.close()
  const page = pageOf(self.registration.scope)
  event.waitUntil((async () => {
    const open = (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).find(c => c.url.startsWith(page))
    if (open) await open.focus()
    else await self.clients.openWindow(page)
  })())
})

// @ts-check
// Notices that something changed. The server's stream says so at once; where there is none, or a proxy
// swallows it, the page asks every half minute. Nothing depends on the stream: it only makes things sooner.
import { readEvents } from '../shared/events.js'
import { Refusal } from '../shared/ui/session.js'

const pollEvery = 30_000 // ms
const settleFor = 400 // ms: a burst of changes is read once
const longestSilence = 75_000 // ms without a sign of life after which a stream counts as dead
const retryAtLeast = 2_000, retryAtMost = 30_000 // ms

/**
 * Follows the server until the function it returns is called.
 * @param {import('../shared/ui/session.js').Session} session
 * @param {{ changed: () => Promise<boolean>, linked: (lost: boolean) => void, streams?: boolean }} o changed reads again, and says
 *   whether it could; streams: false for whom the server streams nothing
 * @returns {() => void}
 */
export function follow(session, o) {
  const end = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */ let soon
  let streaming = false
  /** Reads again in a while, and again until it could. @param {number} [wait] ms @param {number} [next] ms */
  const read = (wait = settleFor, next = retryAtLeast) => {
    clearTimeout(soon)
    soon = setTimeout(async () => {
      const turn = soon
      if (!await o.changed() && soon === turn && !end.signal.aborted) read(next, Math.min(next * 2, retryAtMost))
    }, wait)
  }
  const changed = () => read()
  const poll = setInterval(async () => {
    if (streaming || document.hidden) return
    if (await reachable(session)) { o.linked(false); changed() } else o.linked(true)
  }, pollEvery)
  const visible = () => { if (!document.hidden) changed() }
  document.addEventListener('visibilitychange', visible)
  const online = async () => {
    if (!await reachable(session)) return // the next round sees
    o.linked(false)
    changed()
  }
  addEventListener('online', online)
  const offline = () => o.linked(true)
  addEventListener('offline', offline)

  if (o.streams !== false) (async () => {
    for (let wait = retryAtLeast; !end.signal.aborted; wait = Math.min(wait * 2, retryAtMost)) {
      const began = performance.now()
      const there = await stream(session, end.signal, () => {
        streaming = true
        o.linked(false)
        changed() // what moved before the stream began is not told by it
      }, changed).catch(() => true)
      const was = streaming
      streaming = false
      if (end.signal.aborted) return
      if (!there) return // this server offers none: the poll does
      if (was && performance.now() - began > retryAtMost) wait = retryAtLeast
      if (!await reachable(session)) o.linked(true)
      await new Promise(resolve => setTimeout(resolve, wait * (0.5 + Math.random())))
      if (await reachable(session)) { o.linked(false); changed() } else o.linked(true)
    }
  })()

  return () => {
    end.abort()
    clearInterval(poll)
    clearTimeout(soon)
    document.removeEventListener('visibilitychange', visible)
    removeEventListener('online', online)
    removeEventListener('offline', offline)
  }
}

/** Whether the server answers at all, whatever it says. @param {import('../shared/ui/session.js').Session} session */
async function reachable(session) {
  try {
    await session.send('GET', '/api/health', undefined, false)
    return true
  } catch (e) {
    return e instanceof Refusal && e.status !== 0 && e.status !== 502 && e.status !== 504
  }
}

/**
 * Reads the stream until it ends. Resolves to false where the server has none, or none for this role.
 * @param {import('../shared/ui/session.js').Session} session @param {AbortSignal} signal
 * @param {() => void} alive @param {() => void} changed
 */
async function stream(session, signal, alive, changed) {
  const quiet = new AbortController()
  const give = () => quiet.abort()
  signal.addEventListener('abort', give)
  let watchdog = setTimeout(give, longestSilence)
  try {
    const response = await fetch('/api/care/v1/stream', {
        headers: { Authorization: `Bearer ${session.token}`, Accept: 'text/event-stream' },
      cache: 'no-store', credentials: 'omit', signal: quiet.signal })
    if (!response.ok || !response.body || !(response.headers.get('Content-Type') ?? '')
        .startsWith('text/event-stream')) return response.status !== 404 && response.status !== 403
    alive()
    await readEvents(response.body, changed, () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(give, longestSilence)
    })
    return true
  } finally {
    clearTimeout(watchdog)
    signal.removeEventListener('abort', give)
  }
}

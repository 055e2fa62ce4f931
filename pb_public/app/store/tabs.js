// @ts-check
// Two tabs of the app: one syncs and writes, the other says so and offers to take over.

const lockName = 'doorstep sync'
const channelName = 'doorstep'

/**
 * Messages between tabs: `committed`, something was stored, read again; `erased`, the phone was signed out or wiped.
 * @typedef {'committed' | 'erased'} TabMessage
 */

/**
 * Takes part among the tabs. The first leads; the next leads when that one is closed, or when somebody takes over.
 * Where the browser has no locks every tab leads, and the store's own check (`stale`) is what is left.
 *
 * @param {object} ports
 * @param {(leads: boolean) => void} ports.changed told once at first and whenever it changes; a tab that no longer leads stops its sync
 *   client
 * @param {(message: TabMessage) => void} ports.heard another tab's message
 * @param {LockManager} [ports.locks]
 * @param {BroadcastChannel} [ports.channel]
 */
export function joinTabs({ changed, heard, locks = globalThis.navigator?.locks, channel = new BroadcastChannel(channelName) }) {
  let left = false
  let leads = false
  /** Gives the lock, or the place in its queue, back. @type {() => void} */
  let release = () => {}

  /** @param {boolean} now */
  const turn = now => {
    leads = now
    if (!left) changed(now)
  }
  /** @param {LockOptions} options */
  const ask = options => {
    const queue = new AbortController()
    release = () => queue.abort()
    let held = false
    const signal = options.steal || options.ifAvailable ? undefined : queue.signal // only who waits can give up
    locks.request(lockName, { ...options, ...(signal && { signal }) }, lock => {
      if (left) return
      if (!lock) {
        turn(false)
        ask({})
        return
      }
      held = true
      turn(true)
      return new Promise(resolve => { release = () => resolve(undefined) })
    }).catch(() => {
      if (!held || left) return
      turn(false) // another tab took over
      ask({})
    })
  }
  if (locks) ask({ ifAvailable: true })
  else turn(true)

  channel.onmessage = event => heard(event.data)
  return {
    get leads() { return leads },
    /** Leads from now on, whoever led before. */
    takeOver() {
      if (leads || left || !locks) return
      release() // no longer in the queue
      ask({ steal: true })
    },
    /** Tells the other tabs. @param {TabMessage} message */
    tell(message) { if (!left) channel.postMessage(message) },
    /** Closes: the next tab leads. */
    leave() {
      left = true
      release()
      channel.close()
    },
  }
}

// @ts-check
// Locks the app when nobody is there.

/** How long the app stays open without a touch, or out of sight, in milliseconds. */
export const idleLife = 5 * 60_000

/**
 * Calls `lock` once, when nobody touched the app for five minutes or it was out of sight for as long. A page calls
 * `touch` on every key, tap and scroll, `hide` and `show` as it goes out of sight and comes back, and waits for
 * what `show` says before it draws anything: a hidden page's timers stand still.
 *
 * @param {object} ports
 * @param {() => unknown} ports.lock
 * @param {() => number} [ports.now] milliseconds; a monotonic clock stands still while some phones sleep, so this is the wall's
 * @param {(run: () => void, ms: number) => any} [ports.setTimer]
 * @param {(timer: any) => void} [ports.clearTimer]
 * @param {number} [ports.life] milliseconds
 */
export function idleLock({ lock, now = Date.now, setTimer = (run, ms) => setTimeout(run, ms), clearTimer = timer => clearTimeout(timer),
    life = idleLife }) {
  /** @type {any} */
  let timer
  let since = 0
  let hidden = false
  let running = false

  const over = () => {
    const quiet = now() - since
    return quiet >= life || quiet < 0 // a clock set back: nobody knows for how long it was quiet
  }
  const stop = () => {
    running = false
    clearTimer(timer)
  }
  const end = () => {
    stop()
    lock()
  }
  const wait = () => {
    clearTimer(timer)
    timer = setTimer(() => (over() ? end() : wait()), Math.max(0, life - (now() - since)))
  }
  return {
    /** Begins, when the app was unlocked. */
    start() {
      running = true
      since = now()
      wait()
    },
    /** Somebody is there. */
    touch() {
      if (!running || hidden) return
      if (over()) return end() // the timer was late; the touch came from whoever found the phone
      since = now()
    },
    /** The page went out of sight; the time since the last touch goes on counting. */
    hide() { hidden = true },
    /** The page is back. True: it is still open. */
    show() {
      hidden = false
      if (running && over()) end()
      return running
    },
    stop,
  }
}

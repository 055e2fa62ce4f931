// @ts-check
// When to try next. It needs nothing to happen on the device: a round that failed at night is tried again although
// nobody writes.

const first = 2_000 // the wait after one failed round lies between 0 and twice this
const most = 600_000 // and never above this
const idle = 60_000 // between rounds when nothing failed and the server set no pace
const mostUrgent = 30_000 // while an emergency is unsent and there is a network
const afterWork = 1_000 // from a new local change to the round that sends it

/**
 * How long to wait after that many failed rounds in a row, in ms: full jitter below a doubling limit, so that a fleet
 * does not come back all at once, but never less than the server asked for. chance is in [0, 1).
 * @param {number} failures @param {number} retryAfterMs @param {number} chance
 */
export function delay(failures, retryAfterMs, chance) {
  const wait = chance * Math.min(most, first * 2 ** Math.min(failures, 20))
  return retryAfterMs > 0 ? retryAfterMs + chance * retryAfterMs / 4 + wait / 4 : wait
}

export class Retry {
  failures = 0
  /** by the monotonic clock; 0 = at once */
  at = 0
  /** the server asked for patience until then */
  notBefore = 0

  /**
   * Closes a round.
   * @param {boolean} failed @param {number} retryAfterMs @param {number} now @param {number} chance
   * @param {{ min_interval_ms: number, jitter_ms: number }} pace
   * @param {boolean} [pressing] an emergency is unsent, and the system says that there is a network
   */
  settle(failed, retryAfterMs, now, chance, pace, pressing = false) {
    if (failed) {
      this.failures++
      this.at = now + delay(this.failures, retryAfterMs, chance)
      this.notBefore = retryAfterMs > 0 ? this.at : 0
      if (pressing) this.press(now)
      return
    }
    this.failures = this.notBefore = 0
    this.at = now + (pace.min_interval_ms > 0 ? pace.min_interval_ms + chance * pace.jitter_ms : idle + chance * idle / 4)
  }

  /**
   * An emergency waits: the next try is no further off than half a minute, whatever the server asked for. Few phones have
   * one, so that it costs the server next to nothing.
   * @param {number} now
   */
  press(now) {
    this.at = Math.min(this.at, now + mostUrgent)
    this.notBefore = Math.min(this.notBefore, this.at)
  }

  /** There is something to send. While the server fails or asks for patience nothing is brought forward. @param {number} now */
  work(now) {
    if (this.failures === 0) this.at = Math.min(this.at, now + afterWork)
  }

  /**
   * There is reason to think that the next try will do better: a network came back, somebody looks. What the server
   * asked for still holds.
   * @param {number} now @param {number} chance
   */
  retrySoon(now, chance) { this.at = Math.max(Math.min(this.at, now + chance * afterWork), this.notBefore) }
}

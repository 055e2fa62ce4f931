// When the app locks by itself, and when a phone was without the server for too long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idleLife, idleLock } from '../../pb_public/app/vault/idle.js'
import { ageLease, leaseHours, leaseStands, renewLease } from '../../pb_public/app/vault/lease.js'

/** A clock whose timers run when it is told; `asleep` as in a hidden page, where none do. */
function clock() {
  let at = 1_000_000
  let timers = []
  const c = {
    asleep: false, locks: 0,
    move(ms) {
      const end = at + ms
      for (;;) {
        const next = c.asleep ? undefined : timers.filter(t => t.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers = timers.filter(t => t !== next)
        at = Math.max(at, next.at)
        next.run()
      }
      at = end
    },
    set(ms) { at += ms },
    get waiting() { return timers.length },
  }
  c.idle = idleLock({
    lock: () => c.locks++, now: () => at,
    setTimer: (run, ms) => { const t = { run, at: at + ms }; timers.push(t); return t },
    clearTimer: t => { timers = timers.filter(x => x !== t) },
  })
  return c
}

test('locks after five quiet minutes, once', () => {
  const c = clock()
  c.idle.start()
  c.move(idleLife - 1)
  assert.equal(c.locks, 0)
  c.move(1)
  assert.equal(c.locks, 1)
  c.move(10 * idleLife)
  assert.equal(c.locks, 1)
  assert.equal(c.waiting, 0)
})

test('every touch begins the five minutes anew', () => {
  const c = clock()
  c.idle.start()
  for (let i = 0; i < 10; i++) {
    c.move(idleLife - 1)
    c.idle.touch()
  }
  assert.equal(c.locks, 0)
  c.move(idleLife)
  assert.equal(c.locks, 1)
})

test('a page that slept for five minutes is locked before it is shown', () => {
  const c = clock()
  c.idle.start()
  c.idle.hide()
  c.asleep = true
  c.move(idleLife)
  assert.equal(c.idle.show(), false)
  assert.equal(c.locks, 1)
})

test('a page that was away for a minute is shown, and the time before counts', () => {
  const c = clock()
  c.idle.start()
  c.move(60_000)
  c.idle.hide()
  c.asleep = true
  c.move(60_000)
  assert.equal(c.idle.show(), true)
  c.asleep = false
  c.move(idleLife - 120_001)
  assert.equal(c.locks, 0)
  c.move(1)
  assert.equal(c.locks, 1)
})

test('a hidden page whose timers run locks itself; no touch can reach it', () => {
  const c = clock()
  c.idle.start()
  c.idle.hide()
  c.move(idleLife - 1)
  c.idle.touch()
  c.move(1)
  assert.equal(c.locks, 1)
})

test('the first touch after the timer was late locks', () => {
  const c = clock()
  c.idle.start()
  c.asleep = true
  c.move(2 * idleLife)
  c.idle.touch()
  assert.equal(c.locks, 1)
})

test('a clock set back locks rather than stays open', () => {
  const c = clock()
  c.idle.start()
  c.set(-3_600_000)
  assert.equal(c.idle.show(), false)
  assert.equal(c.locks, 1)
})

test('stopped, it locks nothing', () => {
  const c = clock()
  c.idle.start()
  c.idle.stop()
  c.move(2 * idleLife)
  c.idle.touch()
  assert.equal(c.locks, 0)
  assert.equal(c.waiting, 0)
})

const hour = 3_600_000

test('the lease holds for as many hours as the organisation says, and 72 where it says nothing', () => {
  const lease = renewLease(0)
  for (const [hours, long] of [[24, 24], [null, leaseHours], [undefined, leaseHours], [0, leaseHours], [-5, leaseHours]]) {
    assert.equal(leaseStands(lease, long * hour - 1, hours).holds, true, String(hours))
    assert.deepEqual(leaseStands(lease, long * hour, hours), { holds: false, until: long * hour })
  }
  assert.equal(leaseStands(null, 0, 24).holds, false)
})

test('setting the clock back does not bring the lease back; the server does', () => {
  let lease = renewLease(0)
  lease = ageLease(lease, 25 * hour)
  lease = ageLease(lease, 1 * hour)
  assert.equal(leaseStands(lease, 1 * hour, 24).holds, false)
  assert.equal(leaseStands(renewLease(1 * hour), 1 * hour, 24).holds, true)
})

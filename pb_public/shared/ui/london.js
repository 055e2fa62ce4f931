// @ts-check
// Times as people type them are times in London, wherever the computer stands.
import { now as present } from './now.js'

const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** What a datetime-local input shows for a moment: 2026-03-02T20:00. @param {Date | string | number | null | undefined} at */
export function toLocal(at) {
  if (at === null || at === undefined || at === '') return ''
  const d = new Date(at)
  return Number.isNaN(d.getTime()) ? '' : parts.format(d).replace(' ', 'T')
}

/**
 * The moment that was typed, as the wire wants it; '' for what is no time. An hour that the clocks
 * skip in March is the one after it; of the two that are the same in October it is the first.
 * @param {string} text
 */
export function fromLocal(text) {
  const typed = Date.parse(`${text}Z`)
  if (!text || Number.isNaN(typed)) return ''
  const hour = 3_600_000
  for (const at of [typed - hour, typed]) if (toLocal(at) === text.slice(0, 16)) return new Date(at).toISOString()
  return new Date(typed).toISOString()
}

/** A time of the day in London, today or so many days ahead. @param {number} days @param {string} clock 20:00 @param {number} [now] */
export function atClock(days, clock, now = present()) {
  const today = toLocal(now).slice(0, 10)
  const day = new Date(Date.parse(`${today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
  return fromLocal(`${day}T${clock}`)
}

/** 0 Sunday to 6 Saturday, in London. @param {number} [now] */
export const weekday = (now = present()) => new Date(`${toLocal(now).slice(0, 10)}T12:00:00Z`).getUTCDay()

// @ts-check
// What the lock screen says of work that waits: only what is so.
import { count, words } from '../../shared/ui/words.js'

/**
 * The sentences, each with how urgent it looks.
 * @param {number} notThere changes that the server has not
 * @param {import('../locked.js').Locked | null} sending null: not known yet
 * @returns {{ text: string, tone: 'warn' | 'good' }[]}
 */
export function lockSentences(notThere, sending) {
  const w = words.app.gate
  if (!sending) return notThere > 0 ? [{ text: count(notThere, words.app.statusBar.unsent), tone: 'warn' }] : []
  const goes = sending.stuck ? 0 : Math.min(sending.waits, notThere)
  const rest = notThere - goes
  /** @type {{ text: string, tone: 'warn' | 'good' }[]} */
  const said = []
  if (goes > 0) said.push({ text: count(goes, w.goesLocked), tone: 'warn' })
  if (rest > 0) said.push({ text: count(rest, w.needsUnlock), tone: 'warn' })
  if (sending.taken > 0) said.push({ text: count(sending.taken, w.wentLocked), tone: 'good' })
  return said
}

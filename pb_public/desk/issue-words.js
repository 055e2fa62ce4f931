// @ts-check
// What an issue is, in a line.
import { conflict, heldBack } from '../shared/states.js'
import { fill, word, words } from './words.js'
import { tag } from './parts.js'
import { collectionLabel, fieldLabel } from './values.js'

const w = words.desk.issues

/** @param {any} issue */
export const kindTag = issue => tag(word(w.kinds, issue.kind), heldBack(issue) ? 'bad' : 'warn')

/** @param {import('./desk-context.js').DeskContext} desk @param {any} issue */
export function issueTitle(desk, issue) {
  const record = collectionLabel(issue.collection) || w.change
  const capital = (/** @type {string} */ t) => t.charAt(0).toUpperCase() + t.slice(1)
  if (heldBack(issue)) return capital(fill(w.titles.quarantined, { record, author: issue.author?.name || words.desk.unknown }))
  if (issue.policy === 'retract') return fill(w.titles.retract, { record })
  if (issue.policy === 'retracted') return fill(w.titles.retracted, { record })
  return fill(w.titles[conflict(issue) ? 'conflict' : 'set_aside'], { field: fieldLabel(issue.field ?? ''), record })
}

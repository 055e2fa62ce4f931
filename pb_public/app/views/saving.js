// @ts-check
// Saving a form: it is recorded once, however often it is pressed, and then the form and its draft are gone.
import { words } from '../../shared/ui/words.js'
import { notSaved } from '../sync-sentence.js'

/** @typedef {import('../context.js').App} App */

/**
 * Records what a form says. Where that fails the form stays, with the reason in `error`.
 * @param {App} app @param {string} key of the form @param {any} open the form; `saving` while it is recorded
 * @param {() => { ops: import('../context.js').Op[], seen?: Record<string, any> }} change what it records; no ops: nothing was changed
 * @param {{ to: string, said?: string, along?: string }} then where whoever pressed goes, what they are told, and the key of what
 *   goes with the form
 */
export async function saveForm(app, key, open, change, { to, said = words.app.visit.saved, along = '' }) {
  if (open.saving) return // a second tap records nothing more
  Object.assign(open, { saving: true, error: '' })
  app.redraw()
  const from = app.here
  try {
    const { ops, seen } = change()
    if (ops.length) await app.record(ops, seen)
  } catch (e) {
    Object.assign(open, { saving: false, error: notSaved(e) })
    app.redraw()
    return
  }
  app.forms.delete(key)
  app.forms.delete(along)
  await app.drafts.drop(key).catch(() => {}) // saved already; a draft that stays is offered again and can be thrown away
  app.say(said)
  app.go(to, from)
}

// @ts-check
// What went wrong, in a sentence of the words file: by its code, never by the text of an error, which is for whoever
// mends the program.
import { ServerError, Unreachable } from '../shared/sync/errors.js'
import { Refusal } from '../shared/ui/session.js'
import { fill, words } from '../shared/ui/words.js'

/** @param {any} e @returns {string} */
export function sentenceOf(e) {
  const codes = /** @type {Record<string, string>} */ (words.app.codes)
  const server = /** @type {Record<string, string>} */ (words.app.server)
  if (e instanceof Unreachable) return codes.unreachable
  // First: a word of the server's may be one of the phone's own too, and mean something else there.
  if ((e instanceof ServerError || e instanceof Refusal) && Object.hasOwn(server, e.code)) return server[e.code]
  if (typeof e?.code === 'string' && Object.hasOwn(codes, e.code)) return codes[e.code]
  if (e instanceof ServerError) return e.body.message || words.app.statusBar.refused // the server's are for people
  if (e instanceof Refusal) return e.message
  console.warn('not foreseen', e)
  return codes.other
}

/** The same where a form could not be saved; it stays as it is. @param {any} e */
export const notSaved = e => (e?.code === 'full' ? words.app.codes.full : fill(words.app.form.notSaved, { why: sentenceOf(e) }))

// @ts-check
// What was moved of the round since its owner looked last, until they have seen it.
import { html, nothing } from '../../shared/ui/html.js'
import { clock, date, day, personName } from '../../shared/ui/format.js'
import { fill, words } from '../../shared/ui/words.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function moved(app) {
  const w = words.app.moves, list = app.moves()
  if (!list.length) return nothing
  return html`<section class="ds-banner" aria-labelledby="moved"><h2 class="nhsuk-heading-s" id="moved">${w.title}</h2>
    <ul>${list.map(m => html`<li>${told(app, m)}</li>`)}</ul>
    <button class="nhsuk-button nhsuk-button--secondary" type="button" @click=${() => app.sawMoves()}>${w.seen}</button></section>`
}

/**
 * What a move changed, in a sentence: moved from Anna to you, 14:00 → 15:30.
 * @param {App} app @param {import('../model/moves.js').Move} m
 */
function told(app, { from, to }) {
  const w = words.app.moves, person = app.get('patients', from.patient)
  const who = person ? personName(person) : words.app.gonePerson, on = date((to ?? from).at, app.now())
  const name = (/** @type {string} */ id) => (id === app.me.id ? w.you : id ? app.nameOf(id) : w.nobody)
  if (!to) return fill(w.gone, { who, day: on, at: clock(from.at) })
  const times = day(from.at) === day(to.at) ? [clock(from.at), clock(to.at)]
    : [from, to].map(p => fill(w.dayAndTime, { day: date(p.at, app.now()), at: clock(p.at) }))
  const what = [from.staff === to.staff ? '' : fill(w.staff, { from: name(from.staff), to: name(to.staff) }),
    from.at === to.at ? clock(to.at) : fill(w.time, { from: times[0], to: times[1] })].filter(Boolean).join(', ')
  return fill(from.staff === to.staff ? w.moved : w.given, { who, day: on, what })
}

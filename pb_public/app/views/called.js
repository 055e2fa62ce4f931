// @ts-check
// "I have called now": what is said of the calls of a handover that exists, whoever made it and however it stands.
import { unlessHalfTyped } from '../../shared/ui/half-typed.js'
import { html } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { word, words } from '../../shared/ui/words.js'
import { callOp, callsToAsk, noCalls } from '../model/calls.js'
import { receiverOf } from '../model/receiver.js'
import { address } from '../router.js'
import { callQuestions, ringLinks } from './calls.js'
import { gone } from './gone.js'
import { back } from './parts.js'
import { saveForm } from './saving.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function called(app) {
  const w = words.app.calls, id = app.place.id, key = `called:${id}`
  const h = app.get('handovers', id), p = h && app.get('patients', h.patient)
  if (!h || !p) return gone(app, { patient: h?.patient ?? '' })
  if (!app.forms.has(key)) app.forms.set(key, { calls: noCalls(), seen: app.seen('handovers', id), dirty: false, tried: false, error: '' })
  const open = app.forms.get(key)
  const to = receiverOf(app, h)
  const lacks = open.tried ? toAsk(open.calls, h.class, app.now()) : {}
  return html`${back(address('person', p.id), personName(p))}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${w.nowTitle}</h1>
    ${who(app, p)}
    <p>${word(words.common.classes, h.class)}</p><p class="ds-pre">${h.situation}</p>
    <form class="app-form" novalidate @submit=${unlessHalfTyped(() => save(app, key, h, open))}>
      <div class="app-call">${ringLinks(h.class, to)}
      ${callQuestions({ cls: h.class, calls: open.calls, receiver: to?.team ? to.name : '', now: app.now(),
        error: name => (lacks[name] ? /** @type {any} */ (words.app.visit.missing)[lacks[name]] : ''),
        changed: () => { open.dirty = true; app.redraw() } })}</div>
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : ''}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit">${words.app.visit.save}</button></div>
    </form>`
}

/**
 * One of the two is enough here: the other was answered when the handover was written.
 * @param {import('../model/calls.js').CallsSaid} calls
 * @param {string} cls
 * @param {number} now
 */
function toAsk(calls, cls, now) {
  const lacks = callsToAsk(calls, cls, now)
  if (calls.to.answer) delete lacks.called_999
  if (calls.emergency.answer) delete lacks.called
  return lacks
}

/** @param {App} app @param {string} key @param {any} h @param {any} open */
function save(app, key, h, open) {
  open.tried = true
  const lacks = Object.keys(toAsk(open.calls, h.class, app.now()))
  const op = callOp(h, open.calls, words.app.calls.whys)
  if (lacks.length || !op) {
    app.redraw()
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(`[name="${lacks[0]}"], #${lacks[0]}`))?.focus())
    return
  }
  saveForm(app, key, open, () => ({ ops: [op], ...(open.seen ? { seen: { [`handovers/${h.id}`]: open.seen } } : {}) }),
    { to: address('person', h.patient) })
}

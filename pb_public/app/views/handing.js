// @ts-check
// Handing over what a visit found: whom to call first, what is sent to whom and why, and what they are told.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { callFirst } from '../model/callfirst.js'
import { handsOver, judge, practice, texts, urgencyOf } from '../model/visitform.js'
import { callQuestions, ringLinks } from './calls.js'
import { handed } from './handed.js'
import { choice, field, select } from './parts.js'
import { elsewhere, optionsAt, placesOf, receiverAt, referral, sends } from './referral.js'

/** @typedef {import('../context.js').App} App */
/** @typedef {import('../model/visitform.js').Hand} Hand */

/**
 * "Call first", with the numbers and the two questions: beside whatever made it urgent.
 * @param {App} app @param {any} f @param {any} patient @param {ReturnType<typeof judge>} j @param {Hand} hand
 * @param {(name: string) => string} error @param {(how: (form: any) => void) => void} change
 */
export function callBlock(app, f, patient, j, hand, error, change) {
  const w = words.app.calls, cls = urgencyOf(f, j, hand), to = receiverAt(app, placesOf(app, patient), hand, hand.to)
  return html`<div class="app-call" role="group" aria-labelledby="call-title">
    <h3 class="nhsuk-heading-s" id="call-title">${cls === 'E' ? w.first999 : w.first}</h3>
    ${j.held.map(r => html`<p>${fill(words.app.visit.because, { reason: r.title, urgency: word(words.common.classes, r.class) })}</p>`)}
    ${ringLinks(cls, to)}
    ${handsOver(f, j.urgency) ? callQuestions({ cls, calls: f.calls, receiver: to?.team ? to.name : '', now: app.now(), error,
      changed: () => change(() => {}) })
      : nothing}</div>`
}

/**
 * @param {App} app @param {any} f @param {any} patient @param {ReturnType<typeof judge>} j @param {Hand} hand
 * @param {(name: string) => string} error @param {(how: (form: any) => void) => void} change
 */
export function handing(app, f, patient, j, hand, error, change) {
  const w = words.app.visit, on = handsOver(f, j.urgency), cls = urgencyOf(f, j, hand)
  const at = placesOf(app, patient), text = texts(f, patient, j, hand, app.now())
  const urgent = callFirst(cls)
  const stands = f.handed ? app.get('handovers', f.handed) : null
  if (stands && !on) return handed(app, stands, change)
  return html`<section class="app-hand" aria-labelledby="hand"><h2 class="nhsuk-heading-m" id="hand">${w.handOver}</h2>
    ${j.urgency && !j.call
      ? html`<div class="ds-banner ds-banner--warn">${j.held.map(r => html`<p>${fill(w.because,
          { reason: r.title, urgency: word(words.common.classes, r.class) })}</p>`)}</div>` : nothing}
    ${choice({ name: 'hand_over', legend: w.handOverAsk, options: w.yesNo, value: f.handOver || (on ? 'yes' : 'no'), inline: true,
        required: true, change: v => change(form => { form.handOver = v }) })}
    ${on ? html`
      ${select({ id: 'class', label: w.urgency, options: Object.entries(words.common.classes).filter(([c]) => c !== 'SG'), value: cls,
          hint: f.cls && f.cls !== cls ? w.atLeast : '', change: v => change(form => { form.cls = v }) })}
      ${select({ id: 'to_team', label: w.to, options: optionsAt(app, at, hand), value: hand.to || practice,
          change: v => change(form => { form.toTeam = v }) })}
      ${elsewhere(app, at, hand, cls, change)}
      ${urgent && !j.call ? callBlock(app, f, patient, j, hand, error, change) : nothing}
      ${urgent && !app.me.raises_urgent
        ? select({ id: 'registrant', label: w.registrant, hint: w.registrantHint, error: error('registrant'),
          options: [['', w.choose], ...app.colleagues.filter(c => c.registrant && !c.left)
            .map(c => /** @type {[string, string]} */ ([c.id, `${c.name}, ${word(words.common.roles, c.role)}`]))], value: f.registrant,
          change: v => change(form => { form.registrant = v }) }) : nothing}
      ${hand.kind === 'voluntary' ? referral(app, f, patient, hand, error, change)
        : (/** @type {const} */ (['situation', 'background', 'assessment', 'recommendation']))
          .map(part => field({ id: part, label: words.app.text.parts[part], rows: part === 'background' ? 2 : 3, value: text[part],
            error: error(part),
            change: v => change(form => { form.words[part] = v }) }))}` : nothing}
    ${sends(app, at, j, hand, on, cls)}
  </section>`
}

// @ts-check
// Whom to ring, and what was said: the two questions of an urgent handover.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, words } from '../../shared/ui/words.js'
import { answerCall, asks999 } from '../model/calls.js'
import { choice, field } from './parts.js'
import { time } from './times.js'

/** @typedef {import('../model/calls.js').CallSaid} CallSaid */

/**
 * The numbers to ring.
 * @param {string} cls E or U2 @param {{ name?: string, phone?: string } | null} receiver
 */
export function ringLinks(cls, receiver) {
  const w = words.app.calls
  return html`${asks999(cls) ? html`<a class="nhsuk-button nhsuk-button--warning app-wide" href="tel:999">${w.ring999}</a>` : nothing}
    ${receiver?.phone ? html`<a class="nhsuk-button app-wide"
        href="tel:${receiver.phone}">${fill(w.ring, { number: receiver.phone, name: receiver.name ?? '' })}</a>`
      : html`<p>${w.noNumber}</p>`}`
}

/**
 * @param {object} o
 * @param {string} o.cls @param {import('../model/calls.js').CallsSaid} o.calls
 * @param {string} o.receiver whom the handover goes to, "" for the person's practice
 * @param {number} o.now ms
 * @param {(name: string) => string} o.error
 * @param {() => void} o.changed after what was said changed
 */
export function callQuestions({ cls, calls, receiver, now, error, changed }) {
  const w = words.app.calls
  return html`${asks999(cls) ? question({ id: 'called_999', legend: w.asked999, call: calls.emergency, now, error, changed }) : nothing}
    ${question({ id: 'called', legend: receiver ? fill(w.askedTeam, { name: receiver }) : w.askedPractice, call: calls.to, role: true,
      now, error,
      changed })}`
}

/**
 * @param {object} o
 * @param {string} o.id @param {string} o.legend @param {CallSaid} o.call @param {boolean} [o.role] they have one
 * @param {number} o.now @param {(name: string) => string} o.error @param {() => void} o.changed
 */
function question({ id, legend, call: c, role = false, now, error, changed }) {
  const w = words.app.calls
  const set = (/** @type {Partial<CallSaid>} */ said) => { Object.assign(c, said); changed() }
  return html`${choice({ name: id, legend, options: w.answers, value: c.answer, error: error(id),
      change: v => { answerCall(c, v, now); changed() } })}
    ${c.answer === 'yes' ? html`<div class="app-under">
      ${field({ id: `${id}_name`, label: id === 'called_999' ? w.who999 : w.who, value: c.name, error: error(`${id}_name`),
        change: name => set({ name }) })}
      ${role ? field({ id: `${id}_role`, label: w.role, value: c.role, change: v => set({ role: v }) }) : nothing}
      ${choice({ name: `${id}_read_back`, legend: id === 'called_999' ? w.readBack999 : w.readBack, options: w.yesNo, value: c.readBack,
        inline: true,
        change: readBack => set({ readBack }) })}
      ${time({ name: `${id}_at`, label: id === 'called_999' ? w.when999 : w.when, at: c.at, byHand: '', now, error: error(`${id}_at`),
        change: at => set({ at }) })}</div>` : nothing}
    ${c.answer === 'could_not' ? html`<div class="app-under">
      ${choice({ name: `${id}_why`, legend: id === 'called_999' ? w.why999 : w.why, options: { ...w.whys, other: w.otherWhy },
        value: c.why, inline: true, error: error(`${id}_why`),
        change: why => set({ why }) })}
      ${c.why === 'other' ? field({ id: `${id}_why_text`, label: w.whyText, value: c.whyText,
        change: whyText => set({ whyText }) }) : nothing}
      <p><strong>${id === 'called_999' ? w.keepTrying999 : w.keepTrying}</strong></p></div>` : nothing}`
}

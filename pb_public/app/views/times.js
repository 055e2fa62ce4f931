// @ts-check
// A time in a form: what it is filled in with, and behind one press how to put it right.
import { clock, date, day } from '../../shared/ui/format.js'
import { described, errorOf, wrongOf } from '../../shared/ui/fields.js'
import { keepHalfTyped } from '../../shared/ui/half-typed.js'
import { fromLocal, toLocal } from '../../shared/ui/london.js'
import { html, ifDefined, live, nothing } from '../../shared/ui/render.js'
import { count, fill, words } from '../../shared/ui/words.js'
import { agos } from '../model/times.js'

/**
 * @param {object} o
 * @param {string} o.name @param {string} o.label
 * @param {string} o.at what it stands at @param {string} o.byHand what was entered, "" where nothing was
 * @param {boolean} [o.follows] "now" means: as it happens
 * @param {number} o.now ms @param {string} [o.error]
 * @param {(at: string) => void} o.change "" takes it back
 */
export function time({ name, label, at, byHand, follows = false, now, error, change }) {
  const w = words.app.times
  const at0 = (/** @type {number} */ ago) => (ago === 0 && follows ? '' : new Date(now - ago * 60_000).toISOString())
  const choose = (/** @type {number} */ ago) => (/** @type {any} */ e) => {
    const details = e.currentTarget.closest('details')
    details.open = false
    details.querySelector('input').value = '' // what was half typed there is meant no more
    change(at0(ago))
  }
  const wrong = wrongOf({ id: name, error }), shown = day(at) === day(now) ? clock(at) : `${date(at, now)} ${clock(at)}`
  return html`<div class="app-time ${wrong ? 'nhsuk-form-group--error' : ''}">${errorOf({ id: name, error })}
    <details ?open=${Boolean(wrong)}><summary><span>${label}</span> <strong>${shown}</strong>
      ${byHand ? html`<span class="ds-soft">${w.byHand}</span>` : nothing}<span class="app-time__go">${w.change}</span></summary>
      <div class="app-time__agos">${agos.map(ago => html`<button class="app-time__ago" type="button"
        aria-label=${fill(w.choose, { label, when: agoText(ago) })} @click=${choose(ago)}>${agoText(ago)}</button>`)}</div>
      <label class="nhsuk-label" for=${name}>${fill(w.another, { label })}</label>
      <input class="nhsuk-input" id=${name} name=${name} type="datetime-local" max=${toLocal(now)}
        .value=${live(keepHalfTyped(name, toLocal(at)))}
        aria-describedby=${ifDefined(described({ id: name, error }))} aria-invalid=${ifDefined(wrong ? 'true' : undefined)}
        @change=${(/** @type {any} */ e) => { const typed = fromLocal(e.target.value); if (typed) change(typed) }}>
    </details></div>`
}

/** @param {number} minutes */
function agoText(minutes) {
  const w = words.app.times
  return minutes === 0 ? w.now : minutes < 60 ? fill(w.minutes, { n: minutes }) : count(minutes / 60, w.hours)
}

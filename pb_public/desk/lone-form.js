// @ts-check
// When who of a team is told of somebody who is alone: minutes, and who the manager is.
import { html, live } from '../shared/ui/html.js'
import { words } from './words.js'
import { withLonePart } from './set-up.js'
import { fieldset, idOf } from './set-up-form.js'

const w = words.administration.fields

/** @type {import('./set-up-form.js').FieldOf} */
export const loneWorking = { name: 'lone_working', label: w.lone, hint: w.loneHint, draw: (form, f) => fieldset(form, f,
  html`${Object.entries(w.loneParts).map(([part, text]) => html`<div><label class="nhsuk-label" for="${idOf(f.name)}-${part}">
      ${text}</label>
    <input class="nhsuk-input ${part === 'manager' ? '' : 'nhsuk-input--width-4'}" id="${idOf(f.name)}-${part}" autocomplete="off"
      inputmode=${part === 'manager' ? 'text' : 'numeric'} .value=${live(String(form.values[f.name]?.[part] ?? ''))}
      @input=${(/** @type {any} */ e) => { form.values[f.name] = withLonePart(form.values[f.name], part, e.target.value) }}></div>`)}`) }

// @ts-check
// A visit as it was recorded: to read again, to copy or print into the legal record, to see how far it got.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { words } from '../../shared/ui/words.js'
import { copy } from '../copy.js'
import { visitText } from '../model/text.js'
import { address } from '../router.js'
import { gone } from './gone.js'
import { handover } from './person.js'
import { back, stateTag } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function read(app) {
  const w = words.app.read
  const visit = app.get('visits', app.place.id)
  const patient = visit && app.get('patients', visit.patient)
  if (!visit || !patient) return gone(app, { title: w.gone, patient: visit?.patient })
  const here = (/** @type {any} */ r) => r.visit === visit.id
  const handovers = app.all('handovers').filter(here)
  const text = visitText({ patient, visit, observations: app.all('observations').filter(here), handovers, nameOf: app.nameOf })
  const item = app.items().find(i => i.records.some((/** @type {string} */ r) => r === `visits/${visit.id}`))
  return html`${back(address('person', patient.id), personName(patient))}
    <h1 class="nhsuk-heading-l">${w.title}</h1>
    ${item ? html`<p>${stateTag(item.state)} ${item.state === 'needs_you' ? html`<a href=${address('items')}>${w.look}</a>` : nothing}</p>`
      : nothing}
    <pre class="app-text" id="text">${text}</pre>
    <div class="ds-row ds-no-print">
      <button class="nhsuk-button" type="button" @click=${() => copy(app, text, 'text')}>${w.copy}</button>
      <button class="nhsuk-button nhsuk-button--secondary" type="button" @click=${() => print()}>${w.print}</button>
      <a class="nhsuk-button nhsuk-button--secondary" href=${address('visit', visit.id)}>${w.change}</a>
    </div>
    ${handovers.length ? html`<h2 class="nhsuk-heading-m">${words.app.person.handovers}</h2>
        <ul class="app-list">${handovers.map(h => handover(app, h))}</ul>` : nothing}`
}

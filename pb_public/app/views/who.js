// @ts-check
// Whom a form is about, so that nobody writes about the wrong person: the name, two identifiers, what to take care of and
// how to get in.
import { birth, nhsNumber, personName } from '../../shared/ui/format.js'
import { html, nothing } from '../../shared/ui/html.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { fill, words } from '../../shared/ui/words.js'
import { banner } from './parts.js'

/** Date of birth and NHS number, also that one of them is not known. @param {any} p */
export function identifiers(p) {
  const w = words.app.person
  return [p.date_of_birth ? fill(w.born, { date: birth(p.date_of_birth) }) : w.noBirth,
    p.nhs_number ? nhsNumber(p.nhs_number) + (p.nhs_number_status === 'verified' ? '' : ` (${w.unverified})`) : w.noNumber]
}

/**
 * At the head of every form about a person.
 * @param {import('../context.js').App} app @param {any} p @param {string} [called] what a volunteer calls them
 */
export function who(app, p, called = '') {
  const w = words.app.person
  const known = app.me.view === 'clinical' ? identifiers(p) : [p.address, p.postcode].filter(Boolean)
  const lost = unreadableTexts(p)
  return html`<div class="app-who" role="group" aria-label=${w.about}><p><strong>${called || personName(p)}</strong><br>
      <span>${known.join(' · ')}</span></p>
    ${p.died_on ? html`<p><span class="ds-tag ds-tag--warn">${fill(w.died, { date: birth(p.died_on) })}</span></p>` : nothing}
    ${p.risk_note ? html`<p><span class="ds-tag ds-tag--warn">! ${p.risk_note}</span></p>` : nothing}
    ${p.access_notes ? html`<p class="ds-pre"><span class="ds-soft">${w.access}:</span> ${p.access_notes}</p>` : nothing}
    ${lost.length ? banner(`${lost.join('. ')}. ${words.common.cannotRead.why}`, 'bad') : nothing}</div>`
}

// @ts-check
// The red banner about an emergency that nobody is known to have answered. It stands on every screen, also on the one of a
// locked phone, where it names nobody.
import { html, nothing } from '../../shared/ui/html.js'
import { clock } from '../../shared/ui/format.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { asks999 } from '../model/calls.js'
import { address } from '../router.js'

/** @typedef {import('../model/urgent.js').Standing} Standing */

const most = 3 // of them in full: a banner that fills the screen hides what is to be done

/**
 * @param {readonly Standing[] | undefined} list @param {(s: Standing) => string} [nameOf] whom one is about; missing: the phone is locked
 */
export function urgentBanner(list, nameOf) {
  const w = words.app.urgent
  if (!list?.length) return nothing
  return html`<section class="app-alarm ds-no-print" aria-label=${w.label}>
    ${list.slice(0, most).map(s => html`<div class="app-alarm__one">
      <p><strong>${word(words.common.classes, s.cls)}${nameOf ? `: ${nameOf(s)}` : ''}.</strong>
        ${nameOf ? s.unsent ? w.unsent : w.unanswered : w.locked}
        ${s.called999 ? fill(w.called999, { at: clock(s.called999) }) : ''} ${s.receiver && nameOf ? fill(w.ring,
          { name: s.receiver }) : w.ringNow}</p>
      <p class="ds-row">${asks999(s.cls) && !s.called999 ? html`<a href="tel:999">${w.ring999}</a>` : nothing}
        ${s.phone ? html`<a href="tel:${s.phone}">${fill(w.number, { number: s.phone })}</a>` : html`<span>${w.noNumber}</span>`}
        ${s.visit ? html`<a href=${address('visit', s.visit)}>${w.handOver}</a>`
          : html`<a href=${address('called', s.id)}>${w.called}</a>`}</p></div>`)}
    ${list.length > most ? html`<p>${fill(w.more, { n: list.length - most })}</p>` : nothing}
  </section>`
}

/** What a locked phone says while its owner is in somewhere; it names nobody. @param {{ due: number, help: boolean } | null} lone */
export function loneLocked(lone) {
  const w = words.app.lone
  return lone ? html`<section class="app-alarm ds-no-print" aria-label=${w.title}><div class="app-alarm__one">
    <p><strong>${lone.help ? w.lockedHelp : lone.due ? fill(w.locked, { due: clock(lone.due) }) : w.lockedOpen}</strong></p>
    <p class="ds-row"><a href="tel:999">${w.ring999}</a></p></div></section>` : nothing
}

// @ts-check
// What could not be delivered: a person rings, sends it again, or sends it another way.
import { html, nothing } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { Refusal } from '../../shared/ui/session.js'
import { wayName, whyText } from '../deliveries.js'
import { count, fill, word, words } from '../words.js'
import { bornAndNumber, button, deadline, personLine, tag, troubleBox } from '../parts.js'

const w = words.desk.deliveries

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function undelivered(desk) {
  /** @type {any[]} */ let items = []
  let trouble = '', busy = false
  const view = {
    title: w.title,
    back: { to: 'start', text: w.back },
    async load() { items = (await desk.session.get('/deliveries')).items
      .map((/** @type {any} */ one) => ({ ...one.delivery, handover: one.handover, others: one.others })) },
    /** @param {any} d @param {string} verb @param {any} [body] */
    async chase(d, verb, body) {
      if (busy) return
      busy = true
      trouble = ''
      desk.redraw()
      try {
        await desk.session.post(`/deliveries/${d.id}/${verb}`, body)
        desk.say(w.sentAgain)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        requestAnimationFrame(() => document.getElementById('undelivered-trouble')?.focus())
      }
      busy = false
      await desk.readAgain(view)
    },
    draw: () => html`<p>${w.intro}</p>${troubleBox('undelivered-trouble', trouble)}
      ${items.length ? html`<ul class="dk-list">${items.map(card)}</ul>` : html`<p class="ds-banner ds-banner--good">${w.none}</p>`}`,
  }

  /** @param {any} d */
  const card = d => {
    const h = d.handover, team = h.to_team?.name ?? words.desk.start.noTeam, who = personName(h.patient ?? {})
    const labelled = (/** @type {string} */ what) => ({ label: fill(w.labelled, { what, who }) })
    const other = (/** @type {any} */ o) => {
      const text = fill(w.by, { way: wayName(o.channel) })
      return button(text, { kind: 'secondary', busy, ...labelled(text), click: () => view.chase(d, 'other', { route: o.id }) })
    }
    return html`<li class="dk-card ${h.overdue ? 'dk-card--late' : ''}">
      <a href="#/handover/${h.id}">${tag(word(words.common.classes, h.class), 'bad')} ${personLine(h.patient)}</a>
      <span class="ds-soft">${bornAndNumber(h.patient)}</span>
      <span>${fill(d.whole ? w.becauseWhole : w.because, { way: wayName(d.channel), team, why: whyText(d.why) })}</span>
      <span class="ds-soft">${fill(w.since, { at: when(d.at), attempts: count(d.attempts, w.attempts) })}</span>${deadline(h.due)}
      ${h.to_team?.phone ? html`<span><a href="tel:${h.to_team.phone.replaceAll(' ', '')}">${fill(words.desk.handover.ring, { team,
          phone: h.to_team.phone })}</a></span>` : nothing}
      <p class="ds-row">${h.may.includes('record_call')
          ? button(w.rang, { ...labelled(w.rang), click: () => desk.go(`handover/${h.id}/call`, view) }) : nothing}
        ${button(w.again, { kind: 'secondary', busy, ...labelled(w.again), click: () => view.chase(d, 'again') })}
        ${d.others.map(other)}</p></li>`
  }
  return view
}

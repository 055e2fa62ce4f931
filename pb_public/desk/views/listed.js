// @ts-check
// The lists of people to keep in touch with on which a person is, and those on which they can be put.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { fill, words } from '../words.js'
import { whoIs } from '../parts.js'
import { Acts, standing } from './list.js'

const w = words.desk.lists

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function listed(desk, [patient = '']) {
  /** @type {any[]} */ let items = []
  /** @type {any} */ let person = {}
  const act = new Acts(desk, () => view)
  const view = {
    title: w.titleOfPerson, who: '',
    back: { to: `person/${patient}`, text: w.backToPerson },
    async load() {
      const [on, rows] = await Promise.all([desk.session.get(`/people/${patient}/contact-lists`),
        desk.session.get(`/caseload?patient=${patient}`)])
      items = on.items
      person = rows.items[0]?.patient ?? { id: patient }
      view.title = fill(w.titleOf, { who: personName(person) })
      view.who = whoIs(person)
    },
    async refresh() { if (!act.open) await view.load() },
    draw: () => html`${act.trouble()}${items.length ? html`<ul class="dk-list">${items.map(i => html`<li class="dk-card">
        <a href="#/list/${i.list.id}"><strong>${i.list.name}</strong></a>
        <span>${[i.team.name, i.by_rule ? w.byRule : w.byHand].join(' · ')}</span>
        ${i.listed ? standing(i.listed) : html`<span class="ds-soft">${w.notOn}</span>`}
        ${act.draw(i.list.id, person, i.listed ?? null)}</li>`)}</ul>` : html`<p>${w.none}</p>`}
      ${items.length ? nothing : html`<p><a href="#/lists">${w.title}</a></p>`}`,
  }
  return view
}

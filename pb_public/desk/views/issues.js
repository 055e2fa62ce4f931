// @ts-check
// What must be decided: conflicts, values set aside, changes held back. Oldest first.
import { conflict, issueKinds } from '../../shared/states.js'
import { html, nothing } from '../../shared/ui/html.js'
import { now } from '../../shared/ui/now.js'
import { when } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { deadline, nameOf, passedOn, personLine } from '../parts.js'
import { issueTitle, kindTag } from '../issue-words.js'

const w = words.desk.issues

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function issues(desk, [only = '']) {
  /** @type {any[]} */ let items = []
  let more = false
  return {
    title: w.title,
    async load() {
      const [list] = await Promise.all([desk.all('/issues'), desk.fields(), desk.staff(), desk.teams()])
      items = list.items
      more = list.more
    },
    draw() {
      const shown = only ? items.filter(i => i.kind === only) : items
      return html`<p>${w.intro}</p>
        <ul class="dk-tabs" role="list">${['', ...issueKinds].map(
          k => html`<li><a href="#/issues${k && `/${k}`}" aria-current=${k === only ? 'true' : 'false'}>
          ${k ? word(w.kindsMany, k) : w.all} (${k ? items.filter(i => i.kind === k).length : items.length})</a></li>`)}</ul>
        ${shown.length ? html`<ul class="dk-list">${shown.map(
            i => html`<li class="dk-card ${i.escalated_at || Date.parse(i.due_at) <= now() ? 'dk-card--late' : ''}">
          <a href="#/issue/${i.id}">${kindTag(i)} ${i.patient ? personLine(i.patient)
            : html`<span class="dk-person">${w.noPerson}</span>`}</a>
          <span>${issueTitle(desk, i)}</span>
          <span class="ds-soft">${conflict(i) ? fill(w.between, { one: nameOf(i.kept_by), other: nameOf(i.lost_by) })
            : fill(w.from, { author: nameOf(i.author) })},
            ${when(i.opened_at)}${i.owner_team ? html` · ${i.owner_team.name}` : nothing}</span>
          <span class="ds-row">${passedOn(i)} ${deadline(i.due_at)}</span></li>`)}</ul>`
            : html`<p class="ds-banner ds-banner--good">${w.none}</p>`}
        ${more ? html`<p>${count(items.length, w.first)}</p>` : nothing}`
    },
  }
}

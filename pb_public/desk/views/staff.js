// @ts-check
// The staff one looks after: a phone for somebody, or a leaver.
import { html, nothing } from '../../shared/ui/html.js'
import { now } from '../../shared/ui/now.js'
import { when } from '../../shared/ui/format.js'
import { fill, word, words } from '../words.js'
import { notBegun, tag, textInput } from '../parts.js'

const w = words.desk.staff

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function staff(desk) {
  /** @type {import('../desk-context.js').Member[]} */ let items = []
  let filter = ''
  return {
    title: w.title,
    async load() { items = await desk.staff() },
    draw() {
      const shown = items.filter(m => m.name.toLowerCase().includes(filter.toLowerCase()))
      return html`${items.length > 8
          ? textInput({ id: 'staff-filter', label: w.filter, value: filter, input: v => { filter = v; desk.redraw() } }) : nothing}
        <ul class="dk-list">${shown.map(m => {
          const left = m.inactive_since && Date.parse(m.inactive_since) <= now()
          return html`<li class="dk-card"><h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">${m.name}</h2>
            <span>${word(words.common.roles, m.role)}${m.teams.length ? ` · ${m.teams.map(t => t.name).join(', ')}` : ''}</span>
            ${m.inactive_since ? html`<span>${notBegun(m) ? tag(w.notBegun, 'info') : tag(fill(left ? w.left : w.leaves,
                { at: when(m.inactive_since) }), left ? 'bad' : 'warn')}</span>` : nothing}
            <span class="ds-row">${desk.isDesk && !left ? html`<a href="#/code/${m.id}">${fill(w.code, { name: m.name })}</a>` : nothing}
              ${m.id === desk.me ? nothing
                : html`<a href="#/leaver/${m.id}">${fill(m.inactive_since ? w.checklist : w.leaver, { name: m.name })}</a>`}
              ${desk.isDesk ? html`<a href="#/caseload/staff/${m.id}">${fill(w.caseload, { name: m.name })}</a>` : nothing}</span></li>`
        })}</ul>`
    },
  }
}

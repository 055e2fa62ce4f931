// @ts-check
// The form over what is closed: words, urgency, who closed it, and when.
import { described, errorOf } from '../shared/ui/fields.js'
import { sayHalfTyped } from '../shared/ui/half-typed.js'
import { html, ifDefined, live, nothing } from '../shared/ui/html.js'
import { words } from './words.js'

const w = words.practice
const wide = matchMedia('(min-width: 40rem)') // on a phone the list comes first, and the filters unfold

/** @type {ReturnType<typeof setTimeout> | undefined} */ let waits

/** @param {import('./closed.js').Closed} c @param {() => void} draw */
export function closedSearch(c, draw) {
  /** @param {string} name @param {number} [wait] ms: what is typed is looked for once the fingers rest */
  const set = (name, wait = 0) => (/** @type {Event} */ e) => {
    const at = /** @type {HTMLInputElement} */ (e.target)
    c.wanted = { ...c.wanted, [name]: at.type === 'checkbox' ? at.checked : at.value }
    draw()
    clearTimeout(waits)
    waits = setTimeout(() => c.read(), wait)
  }
  const f = c.wanted
  /** @param {string} name @param {string} label @param {string} type */
  const field = (name, label, type, id = `closed-${name}`) => html`<div><label class="nhsuk-label" for=${id}>${label}</label>
    ${errorOf({ id })}
    <input class="nhsuk-input" id=${id} type=${type} autocomplete="off" maxlength="100" data-focus=${id}
      aria-describedby=${ifDefined(described({ id }))} @blur=${sayHalfTyped}
      .value=${live(/** @type {any} */ (f)[name])} @input=${set(name, type === 'date' ? 0 : 300)}></div>`
  return html`<form class="pi-filters pi-find" role="search" aria-label=${w.search.label}
      @submit=${(/** @type {Event} */ e) => { e.preventDefault(); clearTimeout(waits); c.read() }}>
    ${field('text', w.search.text, 'search')}
    <details class="pi-more" ?open=${wide.matches}><summary>${w.filters.show}</summary><div class="pi-filters">
    <div><label class="nhsuk-label" for="closed-class">${w.filters.class}</label><select class="nhsuk-select" id="closed-class"
      data-focus="closed-class" .value=${live(f.class)} @change=${set('class')}><option value="">${w.filters.everyClass}</option>${
        ['E', 'U2', 'SG', 'SD', 'R', 'I'].map(k => html`<option value=${k}
          ?selected=${f.class === k}>${words.common.classes[/** @type {'E'} */ (k)]}</option>`)}</select></div>
    ${field('by', w.search.by, 'search')}${field('from', w.search.from, 'date')}${field('to', w.search.to, 'date')}
    <div class="pi-checks"><label class="pi-check"><input type="checkbox" data-focus="closed-mine" .checked=${live(f.mine)}
        @change=${set('mine')}>${w.filters.mine}</label>
      ${c.filtering ? html`<button type="button" class="pi-quiet" data-focus="closed-clear"
          @click=${() => { clearTimeout(waits); c.forget() }}>${w.filters.clear}</button>` : nothing}</div></div></details></form>`
}

// @ts-check
// The phones one looks after: what they have not sent, who is silent, and what to do with a lost one.
import { html, nothing } from '../../shared/ui/html.js'
import { now as present } from '../../shared/ui/now.js'
import { ago, when } from '../../shared/ui/format.js'
import { count, fill, inOrder, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, tag, textInput, troubleBox } from '../parts.js'
import { attention, problems, refusals, unsentSince } from '../phone.js'

const w = words.desk.phones

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function phones(desk, [only = '']) {
  /** @type {any[]} */ let items = []
  let changing = { id: only, to: '' }
  let typed = '', trouble = '', busy = false
  const view = {
    title: w.title,
    async load() { items = (await desk.all('/devices')).items },
    /** @param {any} p @param {string} state */
    async set(p, state) {
      if (busy) return
      if (state === 'lost' && typed.trim().toLowerCase() !== w.typeWord) {
        trouble = fill(w.typeIt, { word: w.typeWord })
        desk.redraw()
        return requestAnimationFrame(() => document.getElementById('lost-word')?.focus())
      }
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const after = await desk.session.post(`/devices/${p.id}/state`, { state })
        items = items.map(x => x.id === p.id ? after : x)
        changing = { id: '', to: '' }
        typed = ''
        desk.say(fill(word(w.done, state), { staff: p.staff?.name || words.desk.unknown, phone: p.name }))
        document.getElementById(`phone-${p.id}`)?.focus()
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw() {
      const now = present()
      const sorted = [...items].sort((a, b) => attention(b, now) - attention(a, now) || rank(a) - rank(b)
        || inOrder(a.staff?.name ?? '', b.staff?.name ?? ''))
      const unsent = items.reduce((n, p) => n + p.unsent.count, 0)
      return html`<p>${fill(w.summary, { phones: count(items.length, w.phonesN), unsent: count(unsent, w.unsentN),
            silent: count(items.filter(p => p.silent).length, w.silentN) })}</p>
        ${sorted.length ? [part(w.failing, sorted.filter(p => attention(p, now) > 0), now, w.allWell),
            part(w.others, sorted.filter(p => attention(p, now) === 0), now)] : html`<p>${w.none}</p>`}`
    },
  }
  /** @param {string} title @param {any[]} list @param {number} now @param {string} [none] */
  const part = (title, list, now, none = '') => (list.length || none ? html`<h2 class="nhsuk-heading-m">${title}</h2>
      ${list.length ? html`<ul class="dk-list">${list.map(p => card(p, now))}</ul>` : html`<p>${none}</p>`}` : nothing)
  /** @param {any} p @param {number} now */
  const card = (p, now) => {
    const wrong = problems(p, now)
    const lit = attention(p, now) > 0
    return html`<li class="dk-card ${lit ? 'dk-card--late' : ''}" id="phone-${p.id}" tabindex="-1">
        <h3 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">${p.staff?.name || words.desk.unknown}: ${p.name}</h3>
      <p class="ds-row nhsuk-u-margin-bottom-1">${tag(word(w.states, p.state),
          p.state === 'active' ? 'good' : p.state === 'draining' ? 'warn' : 'bad')}
        <span>${count(p.unsent.count, w.unsent)}${unsentSince(p) ? html`, ${fill(w.oldest, { at: when(unsentSince(p), now) })}`
          : nothing}</span>
        <span class="ds-soft">${p.silent ? '' : p.last_seen ? fill(w.seen, { ago: ago(p.last_seen, now) }) : w.never}
          ${[p.app_version, p.platform].filter(Boolean).join(' · ')}</span></p>
      ${wrong.length && lit ? html`<p class="dk-wrong">${wrong.join('. ')}.</p>` : nothing}
      ${refusals(p).length ? html`<p>${w.refusedDo}</p>` : nothing}
      ${changing.id === p.id && changing.to ? second(p)
        : html`<p class="ds-row">${choices(p)
          .map(to => button(word(w.verbs, to), { kind: 'secondary',
            label: fill(w.labelled, { verb: word(w.verbs, to), staff: p.staff?.name ?? '', phone: p.name }),
        click: () => { changing = { id: p.id, to }; typed = ''; trouble =
            ''; desk.redraw(); requestAnimationFrame(() => document.getElementById('second')?.focus()) } }))}</p>`}
    </li>`
  }
  /** @param {any} p */
  const second = p => html`<section class="dk-second" id="second" tabindex="-1" aria-label=${word(w.verbs, changing.to)}>
    <p>${fill(word(w.means, changing.to), { staff: p.staff?.name || words.desk.unknown })}</p>
    ${p.unsent.count && (changing.to === 'lost' || changing.to === 'revoked')
      ? html`<p><strong>${count(p.unsent.count, w.willLose)}</strong></p>` : nothing}
    ${changing.to === 'lost' ? textInput({ id: 'lost-word', label: fill(w.typeIt, { word: w.typeWord }), value: typed,
        input: v => { typed = v }, error: trouble }) : troubleBox('phone-trouble', trouble)}
    ${button(word(w.confirm, changing.to), { kind: changing.to === 'active' ? '' : 'warning', busy,
          click: () => view.set(p, changing.to) })}
    ${button(words.desk.cancel,
        { kind: 'secondary', click: () => { changing = { id: '',
          to: '' }; desk.redraw(); document.getElementById(`phone-${p.id}`)?.focus() } })}</section>`
  return view
}

/** @param {any} p */
const choices = p => p.state === 'active' ? ['draining', 'lost'] : p.state === 'draining' ? ['active', 'lost', 'revoked'] : ['active']

/** @param {any} p */
const rank = p => ['active', 'draining', 'lost', 'revoked'].indexOf(p.state)

// @ts-check
// Who is on a list of people to keep in touch with: due when, seen when and by whom, with what is planned.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { date, personName, when } from '../../shared/ui/format.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, words } from '../words.js'
import { button, nameOf, tag, textInput, troubleBox } from '../parts.js'

const w = words.desk.lists, most = 500

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function list(desk, [id = '', state = '']) {
  /** @type {any[]} */ let people = []
  let more = false
  const act = new Acts(desk, () => view)
  const view = {
    title: w.title,
    back: { to: 'lists', text: w.back },
    async load() {
      const [all, on] = await Promise.all([desk.session.get('/contact-lists'),
        desk.all(`/contact-lists/${id}/people${state && `?state=${state}`}`, most)])
      people = on.items
      more = on.more
      const name = all.items.find((/** @type {any} */ l) => l.id === id)?.name
      if (name) view.title = name
    },
    async refresh() { if (!act.open) await view.load() },
    draw: () => html`<p class="ds-row dk-quick ds-no-print">${['', 'due', 'overdue'].map(s => html`<a href="#/list/${id}${s && `/${s}`}"
        aria-current=${s === state ? 'page' : 'false'}>${w.states[/** @type {'all'} */ (s || 'all')]}</a> `)}</p>
      ${act.trouble()}
      ${people.length ? html`<ul class="dk-list">${repeat(people, p => p.patient.id, p => html`<li class="dk-card">
        <a href="#/person/${p.patient.id}"><span class="dk-person">${personName(p.patient)}</span></a>
        ${standing(p)}${act.draw(id, p.patient, p)}</li>`)}</ul>` : html`<p>${w.nobody}</p>`}
      ${more ? html`<p>${fill(w.firstOf, { n: people.length })}</p>` : nothing}
      <p>${w.putOn}</p>`,
  }
  return view
}

/** How somebody stands on a list. @param {any} p */
export const standing = p => html`<span class="ds-row">${p.state === 'later' ? html`<span>${fill(w.next, { day: day(p.due_on) })}</span>`
    : tag(fill(p.state === 'overdue' ? w.overdueSince : w.dueBy, { day: day(p.due_on) }), p.state === 'overdue' ? 'bad' : 'warn')}
    ${p.planned ? tag(fill(w.planned, { at: when(p.planned) }), 'good') : nothing}
    ${p.unreviewed ? tag(w.toReview, 'info') : nothing}</span>
  <span class="ds-soft">${[p.last_at ? fill(w.last, { at: when(p.last_at), who: nameOf(p.last_staff), team: p.last_team?.name ?? '' })
    : w.never,
    count(p.every_days, w.every), p.by ? fill(w.byWhom, { who: nameOf(p.by) }) : w.byRule, p.reason,
    p.reviewed_on && fill(w.reviewed, { day: day(p.reviewed_on), who: nameOf(p.reviewed_by) })].filter(Boolean).join(' · ')}</span>`

/** @param {string} on 2026-03-02 */
const day = on => date(`${on}T12:00:00Z`)

/** What can be done about somebody on a list. */
export class Acts {
  /** The person and list about which is asked. */ open = ''
  #reason = ''
  #trouble = ''
  #busy = false

  /** @param {import('../desk-context.js').DeskContext} desk @param {() => import('../desk-context.js').View} view */
  constructor(desk, view) {
    this.desk = desk
    this.view = view
  }

  trouble() { return troubleBox('list-trouble', this.#trouble) }

  /** @param {string} path @param {any} body @param {string} said */
  async #decide(path, body, said) {
    if (this.#busy) return
    this.#busy = true
    this.#trouble = ''
    this.desk.redraw()
    try {
      await this.desk.session.post(path, body)
      this.open = this.#reason = ''
      this.desk.say(said)
      await this.desk.readAgain(this.view())
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      this.#trouble = e.message
      requestAnimationFrame(() => document.getElementById('list-trouble')?.focus())
    } finally {
      this.#busy = false
      this.desk.redraw()
    }
  }

  /** @param {string} verb @param {string} list @param {any} person */
  #form(verb, list, person) {
    const off = verb === 'off', name = personName(person)
    return html`<form class="dk-second" novalidate @submit=${(/** @type {Event} */ e) => {
      e.preventDefault()
      this.#decide(`/contact-lists/${list}/${off ? 'off' : 'people'}`, { patient: person.id, reason: this.#reason.trim() },
        fill(off ? w.isOff : w.isOn, { who: name }))
    }}>${textInput({ id: 'list-reason', label: w.reason, hint: off ? w.offHint : w.onHint, value: this.#reason,
      input: v => { this.#reason = v } })}
      <p class="ds-row">${button(off ? w.takeOff : w.put, { submit: true, busy: this.#busy })}
        ${button(words.desk.cancel, { kind: 'secondary', click: () => { this.open = ''; this.desk.redraw() } })}</p></form>`
  }

  /**
   * The buttons beside somebody, and the form that one of them opens.
   * @param {string} list @param {any} person @param {any} listed how they stand there; null: they are not on it
   */
  draw(list, person, listed) {
    const verb = listed ? 'off' : 'on', key = `${list} ${person.id}`, name = personName(person)
    if (this.open === key) return this.#form(verb, list, person)
    const ask = () => {
      this.open = key
      this.#reason = this.#trouble = ''
      this.desk.redraw()
      requestAnimationFrame(() => document.getElementById('list-reason')?.focus())
    }
    return html`<span class="ds-row ds-no-print">
      ${listed ? html`<a href="#/plan/${person.id}">${w.plan}</a>
        ${button(w.review, { kind: 'secondary', busy: this.#busy, label: fill(w.reviewOf, { who: name }),
          click: () => this.#decide(`/contact-lists/${list}/reviewed`, { patient: person.id },
            fill(w.isReviewed, { who: name })) })}` : nothing}
      ${button(listed ? w.takeOff : w.put, { kind: 'secondary', label: fill(listed ? w.takeOffOf : w.putOf, { who: name }),
        click: ask })}</span>`
  }
}

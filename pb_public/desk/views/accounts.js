// @ts-check
// Setting up: who has which role, as a table to print, and one account.
import { html, nothing } from '../../shared/ui/html.js'
import { when } from '../../shared/ui/format.js'
import { now } from '../../shared/ui/now.js'
import { fromLocal } from '../../shared/ui/london.js'
import { Refusal } from '../../shared/ui/session.js'
import { fill, word, words } from '../words.js'
import { button, momentInput, tag, textInput, troubleBox } from '../parts.js'
import { standing, withoutTeam } from '../set-up.js'
import { SetUpForm, choice, optionsOf, several } from '../set-up-form.js'
import { letter } from '../letter.js'
import { readOrganisations, wholeServer } from './organisations.js'

const w = words.administration, roles = words.common.roles

/** @typedef {import('../set-up.js').Account} Account */

/** @param {import('../desk-context.js').DeskContext} desk @returns {Promise<Account[]>} */
const readAccounts = async desk => (await desk.session.get('/accounts')).items

/** @typedef {{ id: string, team: string, organisation: string, name: string, email: string, role: string, made_at: string }} Asked */

/** @param {import('../desk-context.js').DeskContext} desk @returns {Promise<Asked[]>} */
const readAsked = async desk => (await desk.session.get('/account-requests')).items

/** @param {Account} a */
const standingTag = a => { const { text, kind } = standing(a); return kind ? tag(text, kind) : text }

/** Names of organisations and teams by id. @param {import('./organisations.js').Organisation[]} orgs @returns {Map<string, string>} */
const namesOf = orgs => new Map(orgs.flatMap(o => [o, ...o.teams]).map(one => [one.id, one.values.name]))

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function accounts(desk) {
  /** @type {Account[]} */ let items = []
  /** @type {Map<string, string>} */ let names = new Map()
  /** @type {Asked[]} */ let asked = []
  let filter = ''
  /** @param {Account} a */
  const teamsOf = a => withoutTeam(a.values) ? tag(w.fields.noTeam, 'warn')
    : (a.values.teams ?? []).map((/** @type {string} */ t) => names.get(t) ?? w.otherTeam).join(', ')
  /** Takes a request off the list. @param {Asked} a */
  const turnDown = async a => {
    await desk.session.post(`/account-requests/${a.id}/close`)
    asked = asked.filter(one => one !== a)
    desk.say(fill(w.asked.closed, { name: a.name }))
  }
  /** @param {Asked} a */
  const askedFor = a => html`<li class="ds-card"><p>${fill(a.role ? w.asked.whoRole : w.asked.who, {
      name: a.name, email: a.email, role: a.role, team: names.get(a.team) ?? w.otherTeam, at: when(a.made_at) })}</p>
    <p class="ds-row"><a href="#/account/new/${a.id}">${fill(w.asked.make, { name: a.name })}</a>
      ${button(fill(w.asked.close, { name: a.name }), { kind: 'secondary', click: () => turnDown(a) })}</p></li>`
  return {
    title: w.accounts,
    back: { to: 'organisations', text: w.title },
    async load() {
      const [list, orgs, waiting] = await Promise.all([readAccounts(desk), readOrganisations(desk), readAsked(desk)])
      items = list
      asked = waiting
      names = namesOf(orgs)
    },
    draw() {
      const find = filter.trim().toLowerCase()
      const shown = items.filter(a => `${a.values.name} ${a.values.email} ${word(roles, a.values.role)}`.toLowerCase().includes(find))
      const requests = html`<section class="ds-no-print"><h2 class="nhsuk-heading-m">${w.asked.title}</h2><p>${w.asked.means}</p>
        <ul class="nhsuk-list">${asked.map(askedFor)}</ul></section>`
      return html`${asked.length ? requests : nothing}
        <p class="ds-row ds-no-print"><a href="#/account/new">${w.newAccount}</a>
          ${button(w.print, { kind: 'secondary', click: () => print() })}</p>
        <div class="ds-no-print">${textInput({ id: 'accounts-filter', label: w.accountsFilter, value: filter, input: v =>
            { filter = v; desk.redraw() } })}</div>
        <div class="su-wide" tabindex="0" role="region" aria-label=${w.table}><table class="nhsuk-table su-table">
        <caption class="nhsuk-table__caption">${fill(w.asOf, { at: when(now()) })}</caption>
        <thead><tr>${Object.values(w.columns).map(c => html`<th scope="col" class="nhsuk-table__header">${c}</th>`)}</tr></thead>
        <tbody>${shown.map(a => html`<tr><th scope="row" class="nhsuk-table__header"><a href="#/account/${a.id}">${a.values.name}</a></th>
          ${[word(roles, a.values.role), names.get(a.values.organisation) ?? '', teamsOf(a), a.values.email, standingTag(a)].map(cell =>
                html`<td class="nhsuk-table__cell">${cell}</td>`)}</tr>`)}
        </tbody></table></div>`
    },
  }
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function account(desk, [id = '', request = '']) {
  const isNew = id === 'new'
  /** @type {SetUpForm | null} */ let form = null
  /** @type {Account | null} */ let stored = null
  /** @type {import('./organisations.js').Organisation[]} */ let orgs = []
  /** @type {{ code: string, expires_at: string } | null} */ let invited = null
  let trouble = '', later = '', busy = false
  const view = {
    title: w.newAccount,
    back: { to: 'accounts', text: w.accounts },
    async load() {
      const [list, known] = await Promise.all([readAccounts(desk), readOrganisations(desk)])
      orgs = known
      stored = isNew ? { id, values: {}, has_password: false, begun: true } : list.find(a => a.id === id) ?? null
      if (!stored) return
      if (!isNew) view.title = stored.values.name
      form = new SetUpForm(desk, isNew ? '/accounts' : `/accounts/${id}`, stored.values)
      if (!isNew) form.read = async () => (await readAccounts(desk)).find(a => a.id === id)?.values
      const asks = isNew && request ? (await readAsked(desk)).find(a => a.id === request) : undefined
      if (asks) Object.assign(form.values, { name: asks.name, email: asks.email, organisation: asks.organisation, teams: [asks.team] })
      else if (isNew) form.values.organisation = (orgs.find(o => o.id === desk.session.me?.organisation) ?? orgs[0])?.id
    },
    async refresh() { /* what is being typed stays */ },
    /**
     * Reads what is stored now of the account; what is typed meanwhile stays.
     * @param {Record<string, any>} [since] the values of the form from when on meanwhile counts
     */
    async look(since) {
      const found = (await readAccounts(desk)).find(a => a.id === id)
      if (!found) return
      stored = found
      view.title = found.values.name
      form?.takeStored(found.values, since)
    },
    async send() {
      if (!form || busy) return
      const sent = structuredClone(form.values), from = later
      form.at = fromLocal(later)
      const { name } = form.values, changed = Object.keys(form.changed()).length || form.at
      const answer = await form.send()
      if (!answer) return
      desk.staffChanged()
      desk.say(!changed ? w.nothing : fill(form.at ? w.planned : w.saved, { name, at: form.at ? when(form.at) : '' }))
      if (request) await desk.session.post(`/account-requests/${request}/close`).catch(() => {}) // it stays on the list, then
      if (isNew) return desk.go(`account/${answer.id}`, view)
      if (later === from) later = ''
      busy = true
      await desk.readAgain({ load: () => view.look(sent) })
      busy = false
      desk.redraw()
    },
    /** @param {() => Promise<void>} act */
    async attempt(act) {
      if (busy) return
      busy = true
      trouble = ''
      desk.redraw()
      try {
        await act()
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
      }
      busy = false
      desk.redraw()
      if (trouble) requestAnimationFrame(() => document.getElementById('account-trouble')?.focus())
    },
    invite: () => view.attempt(async () => { invited = await desk.session.post(`/accounts/${id}/code`) }),
    takeBack: () => view.attempt(async () => {
      await desk.session.post(`/accounts/${id}/take-back`)
      desk.say(fill(w.takenBack, { name: stored?.values.name ?? '' }))
      await desk.readAgain({ load: () => view.look() })
    }),
    draw() {
      if (!form || !stored) return html`<p>${words.desk.notFor.view}</p>`
      const { name } = stored.values
      return html`${invited ? letter(stored.values, invited) : nothing}<div class="ds-no-print">
        ${isNew ? nothing : html`<p>${standingTag(stored)}</p>${planned(stored)}${troubleBox('account-trouble', trouble)}
          ${invited ? nothing : html`${button(stored.has_password ? w.reset : w.invite, { kind: 'secondary', busy,
              click: () => view.invite() })}
            <p class="ds-soft">${w.codeMeans}</p>`}`}
        ${form.draw(fields(form), isNew ? w.make : w.save, () => view.send(), momentInput({ id: 'set-at', label: isNew ? w.beginsOn
            : w.from,
          hint: isNew ? w.beginsHint : w.fromHint, value: later, error: form.wrong.get('at') ?? '', change: v => { later = v } }))}
        ${isNew || id === desk.me ? nothing : html`<p><a href="#/leaver/${id}">${fill(w.leaver, { name })}</a></p>`}</div>`
    },
  }

  /** What is planned, and the way back. @param {Account} a */
  const planned = a => {
    if (!a.planned_at) return nothing
    const what = Object.entries(a.planned ?? {}).map(([field, v]) => `${fieldName(field)}: ${shown(field, v)}`).join('; ')
    return html`<p>${what ? fill(w.willChange, { at: when(a.planned_at), what }) : fill(w.willBegin, { at: when(a.planned_at) })}
      ${button(w.takeBack, { kind: 'secondary', busy, click: () => view.takeBack() })}</p>`
  }

  /** @param {string} field */
  const fieldName = field => fields(/** @type {SetUpForm} */ (form)).find(f => f.name === field)?.label ?? field

  /** @param {string} field @param {any} v */
  const shown = (field, v) => {
    const names = namesOf(orgs)
    if (field === 'role') return word(roles, v)
    return (Array.isArray(v) ? v : [v]).map(one => names.get(one) ?? one).filter(Boolean).join(', ') || w.emptied
  }

  /** @param {SetUpForm} f @returns {import('../set-up-form.js').FieldOf[]} */
  const fields = f => [
    { name: 'name', label: w.fields.name, required: true, maxlength: 200 },
    { name: 'email', label: w.fields.email, hint: w.fields.emailHint, type: 'email', required: true, maxlength: 255 },
    choice('role', w.fields.role, optionsOf(roles).filter(o => o.value !== 'server_administrator' || wholeServer(desk)),
        { required: true }),
    choice('organisation', w.fields.organisation, orgs.map(o => ({ value: o.id, text: o.values.name })), { changed: form =>
        { form.values.teams = [] } }),
    several('teams', w.fields.teams, (orgs.find(o => o.id === f.values.organisation)?.teams ?? []).map(t => ({ value: t.id,
        text: t.values.name })), w.fields.noTeams, withoutTeam),
    { name: 'registration_number', label: w.fields.registration, hint: w.fields.registrationHint, maxlength: 40 }]
  return view
}

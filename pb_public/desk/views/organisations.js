// @ts-check
// Setting up: the organisations one administers, one of them with its teams, one team, one neighbourhood.
import { html, nothing } from '../../shared/ui/html.js'
import { date } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { button, tag, textInput } from '../parts.js'
import { SetUpForm, choice, optionsOf, week, yesOrNo } from '../set-up-form.js'
import { loneWorking } from '../lone-form.js'
import { specialDays } from '../special-days.js'

const w = words.administration, kinds = words.setup.organisationKinds, teamKinds = words.setup.teamKinds
const atOnce = 50 // a server of a whole county has a thousand practices

/** @typedef {{ id: string, values: Record<string, any>, teams: { id: string, values: Record<string, any> }[] }} Organisation */
/** @typedef {{ id: string, name: string }} Neighbourhood */

/** @param {import('../desk-context.js').DeskContext} desk @returns {Promise<Organisation[]>} */
export const readOrganisations = async desk => (await desk.session.get('/organisations')).items

/** @param {import('../desk-context.js').DeskContext} desk @returns {Promise<Neighbourhood[]>} */
const readNeighbourhoods = async desk => (await desk.session.send('GET',
  '/api/collections/neighbourhoods/records?perPage=1000&skipTotal=1&sort=name&fields=id,name', undefined, true)).items

/** Whether one administers the whole server. @param {import('../desk-context.js').DeskContext} desk */
export const wholeServer = desk => desk.duty.setsUp === 'all'

/** @param {boolean} mayKind @returns {import('../set-up-form.js').FieldOf[]} */
const organisationFields = mayKind => [{ name: 'name', label: w.fields.name, required: true, maxlength: 200 },
  ...(mayKind ? [choice('kind', w.fields.kind, optionsOf(kinds), { required: true, hint: w.fields.kindHint })] : []),
  { name: 'ods_code', label: w.fields.odsCode, hint: w.fields.odsHint, maxlength: 9 }, { name: 'phone', label: w.fields.phone,
      type: 'tel', maxlength: 40 },
  { name: 'address', label: w.fields.address, maxlength: 500 }, { name: 'postcode', label: w.fields.postcode, maxlength: 10 },
  { name: 'out_of_hours', label: w.fields.outOfHours, hint: w.fields.outOfHoursHint, maxlength: 200 }]

/** @type {import('../set-up-form.js').FieldOf[]} */
const moreFields = [week('opening_hours', w.fields.hours, w.fields.hoursHint, w.days),
  choice('nation', w.fields.nation, optionsOf(w.nations), { hint: w.fields.nationHint, usual: 'england' }), specialDays,
  { name: 'closed_on', label: w.fields.closedOn, hint: w.fields.closedHint, type: 'date' },
  yesOrNo('shift_pin', w.fields.pin, w.fields.pinHint),
  choice('offline_lease_hours', w.fields.lease, [12, 24, 48, 72, 168].map(n => ({ value: String(n), text: fill(w.hoursN, { n }) })),
    { hint: w.fields.leaseHint, usual: '72', number: true })]

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function organisations(desk) {
  /** @type {Organisation[]} */ let items = []
  /** @type {Neighbourhood[]} */ let hoods = []
  let filter = '', most = atOnce
  return {
    title: w.title,
    async load() { ;[items, hoods] = await Promise.all([readOrganisations(desk), readNeighbourhoods(desk)]) },
    draw() {
      const all = wholeServer(desk), has = new Set(items.flatMap(o => o.teams.map(t => t.values.kind))), find = filter.trim().toLowerCase()
      const shown = items.filter(o => `${o.values.name} ${o.values.ods_code ?? ''}`.toLowerCase().includes(find))
      return html`<p>${w.intro}</p>
        <p class="ds-row"><a href="#/accounts">${w.toAccounts}</a>${all ? html`<a href="#/organisation/new">${w.newOrganisation}</a>`
            : nothing}</p>
        ${all ? Object.entries(w.without).filter(([kind]) => !has.has(kind)).map(([, text]) =>
            html`<p class="ds-banner ds-banner--warn">${text}</p>`) : nothing}
        ${items.length > 8 ? html`${textInput({ id: 'organisations-filter', label: w.filter, value: filter, input: v =>
            { filter = v; desk.redraw() } })}
          <p class="ds-soft">${count(shown.length, w.firstOf)}</p>` : nothing}
        <ul class="dk-list">${shown.slice(0, most).map(organisationCard)}</ul>
        ${shown.length > most ? button(w.more, { kind: 'secondary', click: () => { most += atOnce; desk.redraw() } }) : nothing}
        ${all ? html`<h2 class="nhsuk-heading-m">${w.neighbourhoods}</h2><ul class="dk-tight">${hoods.map(h => html`<li>
          <a href="#/neighbourhood/${h.id}">${h.name}</a></li>`)}<li><a href="#/neighbourhood/new">${w.newNeighbourhood}</a></li></ul>`
              : nothing}`
    },
  }
}

/** @param {Organisation} o */
const organisationCard = o => html`<li class="dk-card"><h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">
    <a href="#/organisation/${o.id}">${o.values.name}</a></h2>
  <span>${word(kinds, o.values.kind)}${o.values.ods_code ? ` · ${o.values.ods_code}` : ''}</span>
  ${o.values.closed_on ? html`<span>${tag(fill(w.closes, { day: date(o.values.closed_on) }), 'warn')}</span>` : nothing}
  <ul class="dk-tight">${o.teams.map(t => html`<li><a href="#/team/${o.id}/${t.id}">${t.values.name}</a>, ${word(teamKinds,
      t.values.kind)}</li>`)}
    <li><a href="#/team/${o.id}/new">${fill(w.newTeam, { name: o.values.name })}</a></li></ul></li>`

/**
 * A view of one record with its form.
 * @param {import('../desk-context.js').DeskContext} desk
 * @param {string} title until it is known whose it is
 * @param {(show: (path: string, title: string, stored: Record<string, any>, values?: Record<string, any>) => void) =>
 *   Promise<import('../set-up-form.js').FieldOf[]>} read
 * @returns {import('../desk-context.js').View & { more: () => any }}
 */
function recordView(desk, title, read) {
  /** @type {SetUpForm | null} */ let form = null
  /** @type {import('../set-up-form.js').FieldOf[]} */ let fields = []
  const view = {
    title,
    back: { to: 'organisations', text: w.title },
    async load() {
      fields = await read((path, name, stored, values) => {
        view.title = name
        form = new SetUpForm(desk, path, stored)
        form.read = async () => {
          /** @type {Record<string, any> | undefined} */ let now
          await read((_path, _name, values) => { now = values })
          return now
        }
        Object.assign(form.values, values)
      })
    },
    async refresh() { /* what is being typed stays */ },
    async send() {
      if (!form) return
      const changed = Object.keys(form.changed()).length
      if (!await form.send()) return
      desk.directoryChanged()
      desk.say(changed ? fill(w.saved, { name: form.values.name }) : w.nothing)
      desk.go('organisations', view)
    },
    /** What else is to be said of it, under the form. @returns {any} */
    more: () => nothing,
    draw: () => form ? html`${form.draw(fields, w.save, () => view.send())}${view.more()}` : html`<p>${words.desk.notFor.view}</p>`,
  }
  return view
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function organisation(desk, [id = '']) {
  const isNew = id === 'new'
  const view = recordView(desk, w.newOrganisation, async show => {
    const stored = isNew ? undefined : (await readOrganisations(desk)).find(o => o.id === id)
    if (isNew && wholeServer(desk)) show('/organisations', w.newOrganisation, {}, { kind: 'practice' })
    else if (stored) show(`/organisations/${id}`, stored.values.name, stored.values)
    return [...organisationFields(wholeServer(desk)), ...(isNew ? [] : moreFields)]
  })
  if (!isNew) view.more = () => html`<p><a href="#/templates/${id}">${w.templates.link}</a></p>`
  return view
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function team(desk, [org = '', id = '']) {
  const view = recordView(desk, w.team, async show => {
    const [all, hoods] = await Promise.all([readOrganisations(desk), readNeighbourhoods(desk)])
    const owner = all.find(o => o.id === org), stored = owner?.teams.find(t => t.id === id)
    const has = new Set(owner?.teams.map(t => t.values.neighbourhood))
    const offered = wholeServer(desk) ? hoods : hoods.filter(h => has.has(h.id))
    const voluntary = owner?.values.kind === 'voluntary'
    if (stored) show(`/teams/${id}`, stored.values.name, stored.values)
    else if (owner && id === 'new') {
      show(`/organisations/${org}/teams`, fill(w.newTeam, { name: owner.values.name }), {}, { kind: voluntary ? 'voluntary'
        : owner.values.kind === 'practice' ? 'practice' : 'nursing', route: 'inbox', neighbourhood: offered[0]?.id ?? '' })
    }
    return [{ name: 'name', label: w.fields.name, required: true, maxlength: 200 }, choice('kind', w.fields.teamKind,
        optionsOf(teamKinds), { required: true }),
      { name: 'phone', label: w.fields.phone, type: 'tel', maxlength: 40 }, choice('route', w.fields.route, optionsOf(w.routes),
          { hint: w.fields.routeHint, required: true }), ...(id === 'new' ? [] : [loneWorking]),
      choice('neighbourhood', w.neighbourhood, offered.map(h => ({ value: h.id, text: h.name })), { hint: w.fields.neighbourhoodHint,
          empty: w.noNeighbourhood })]
  })
  if (id !== 'new') view.more = () => html`<p><a href="#/routes/${org}/${id}">${w.ways.link}</a></p>`
  return view
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function neighbourhood(desk, [id = '']) {
  return recordView(desk, w.newNeighbourhood, async show => {
    const stored = id === 'new' ? undefined : (await readNeighbourhoods(desk)).find(h => h.id === id)
    if (wholeServer(desk) && id === 'new') show('/neighbourhoods', w.newNeighbourhood, {})
    else if (wholeServer(desk) && stored) show(`/neighbourhoods/${id}`, stored.name, { name: stored.name })
    return [{ name: 'name', label: w.fields.name, required: true, maxlength: 200 }]
  })
}

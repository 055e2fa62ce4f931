// @ts-check
// Recording a visit: one page, in the order of the visit, made for one thumb. Every change is kept as a
// draft at once; only "Save" makes it a change that is sent.
import { unlessHalfTyped } from '../../shared/ui/half-typed.js'
import { html, nothing } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { parameters } from '../../shared/ui/news2.js'
import { choices as choiceReadings, labelOf, numbers, optionsOf, unitOf } from '../../shared/ui/readings.js'
import { unreadableText } from '../../shared/ui/unreadable.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { evidenceOf } from '../model/evidence.js'
import { whoOf } from '../model/formtext.js'
import { decideAnew } from '../model/handing.js'
import { sets } from '../model/people.js'
import { questionsOf } from '../model/details.js'
import { isOpen, plannedToday } from '../model/round.js'
import { enter, timesToAsk, visitTimes } from '../model/times.js'
import { blank, doubt, handedIn, handOf, judge, missing, ops, restored } from '../model/visitform.js'
import { address } from '../router.js'
import { details } from './details.js'
import { callBlock, handing } from './handing.js'
import { leftForm } from './gone.js'
import { age } from './person.js'
import { back, choice, choices, field, select } from './parts.js'
import { saveForm } from './saving.js'
import { time } from './times.js'
import { discard as throwAway } from './unfinished.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/**
 * The visit that is being recorded: the one that the address names, else today's planned one of the person; "" for one
 * that nobody planned. What was found once stays until the form is saved or thrown away.
 * @param {App} app
 */
function visitOf(app) {
  const person = app.place.query.get('person') ?? '', found = `visit-of:${person}`
  if (app.place.id || app.place.query.get('unplanned') || app.forms.has(`visit:${person}`)
    || app.unfinished().some(d => d.key === `visit:${person}`)) {
    return app.place.id
  }
  if (!app.forms.has(found)) {
    app.forms.set(found, plannedToday(app.all('visits'), person, { staff: app.me.id, teams: app.me.teams }, app.now())?.id ?? '')
  }
  return app.forms.get(found)
}

/** The key under which a form and its draft are kept. @param {App} app @param {string} visit */
const keyOf = (app, visit) => `visit:${visit || app.place.query.get('person')}`

/** @param {App} app */
export function visit(app) {
  const id = visitOf(app), key = keyOf(app, id)
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, id)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const patient = app.get('patients', open.form.patient)
  if (!patient) return leftForm(app, key, open, () => changeOfLeft(app, open))
  return draw(app, key, open, patient)
}

/**
 * Opens a form: the draft that was kept, else an empty one with what is on the screen now as what its author saw.
 * @param {App} app
 * @param {string} key @param {string} id of the planned visit, "" for none
 */
async function begin(app, key, id) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  const planned = id ? app.get('visits', id) : null
  const patient = planned?.patient ?? kept?.form.patient ?? app.place.query.get('person') ?? ''
  const taken = planned ? sets(app.all('observations').filter(o => o.visit === planned.id))[0] ?? null : null
  const handed = planned ? handedIn(app.all('handovers'), planned.id) : ''
  const form = { ...kept ? restored(kept.form) : blank({ patient, visit: planned, taken, own: app.templates, now: app.now() }), handed }
  const seen = kept?.seen ?? (planned ? app.seen('visits', planned.id) : null)
  app.forms.set(key, { form, seen, who: kept?.who ?? whoOf(app.get('patients', patient)), planned: kept?.planned ?? planned,
        dirty: Boolean(kept), restored: Boolean(kept), saving: false, error: '' })
  app.redraw()
}

/** @param {App} app @param {string} key @param {any} open @param {any} patient */
function draw(app, key, open, patient) {
  const w = words.app.visit, f = open.form
  const evidence = evidenceOf(patient, { observations: app.all('observations'), visits: app.all('visits'), checkins: app.all('checkins'),
    issues: app.all('sync_issues'), clockKnown: app.clockKnown })
  const j = judge(f, patient, { rules: app.rules, history: evidence, now: app.now(), clockKnown: app.clockKnown })
  const hand = handHere(app, f, j, evidence)
  const lacks = f.tried ? missing(f, j, app.me, app.now(), hand) : {}
  const error = (/** @type {string} */ name) => lacks[name] ? /** @type {any} */ (w.missing)[lacks[name]] : ''
  const change = (/** @type {(form: any) => void} */ how) => {
    how(f); open.dirty = true; app.drafts.put(key, { form: f, seen: open.seen, planned: open.planned, who: open.who }); app.redraw() }
  const done = f.fields.status === 'completed'
  const urgent = j.call ? callBlock(app, f, patient, j, hand, error, change) : nothing
  return html`${back(address('person', patient.id), personName(patient))}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${open.planned?.ended_at ? w.titleAgain : w.title}</h1>
    ${who(app, patient)}
    ${planOf(app, open, patient)}
    ${age(app)}
    ${open.restored ? html`<p class="ds-banner">${w.restored}</p>` : nothing}
    ${Object.keys(lacks).length ? summary(lacks) : nothing}
    <form class="app-form" novalidate @submit=${unlessHalfTyped(() => save(app, key, open, patient, j, hand))}>
      ${open.planned?.purpose ? nothing
        : select({ id: 'purpose', label: w.purpose, options: [['', w.choose], ...Object.entries(words.app.purposes)],
          value: f.fields.purpose,
            error: error('purpose'), change: v => change(form => { form.fields.purpose = v }) })}
      ${choice({ name: 'status', legend: w.status, options: w.statuses, value: f.fields.status, error: error('status'),
          change: v => change(form => decideAnew(form, 'status', v)) })}
      ${f.fields.status === 'no_access'
        ? choice({ name: 'no_access_kind', legend: w.noAccess, options: words.app.noAccess, value: f.fields.no_access_kind,
          error: error('no_access_kind'), hint: w.noAccessHint, change: v => change(form => decideAnew(form, 'no_access_kind', v)) })
        : nothing}
      ${f.fields.status ? times(app, f, done, lacks, change) : nothing}
      ${done && j.score ? nothing : urgent}
      ${done ? html`
        ${choices({ name: 'soft_signs', legend: w.softSigns, hint: w.softSignsHint, options: words.app.softSigns,
            value: f.fields.soft_signs, change: v => change(form => { form.fields.soft_signs = v }) })}
        ${choice({ name: 'critical_medicine', legend: w.medicine, options: words.app.medicine, value: f.fields.critical_medicine,
            inline: true, change: v => change(form => { form.fields.critical_medicine = v }) })}
        ${details(questionsOf(f.fields.purpose, f.own), f.details, (code, v) => change(form => { form.details[code] = v }))}
        ${readings(app, f, j, change, urgent)}
        ${select({ id: 'outcome', label: w.outcome, options: [['', w.choose], ...Object.entries(words.app.outcomes)],
            hint: f.fields.outcome === 'died' ? w.diedHint : undefined,
            value: f.fields.outcome, change: v => change(form => { form.fields.outcome = v }) })}` : nothing}
      ${f.fields.status ? field({ id: 'note', label: w.note, value: f.fields.note, rows: 5,
          change: v => change(form => { form.fields.note = v }) }) : nothing}
      ${f.fields.status ? handing(app, f, patient, j, hand, error, change) : nothing}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit" ?disabled=${open.saving}>${w.save}</button></div>
      <p><button class="app-link" type="button" @click=${() => discard(app, key, patient)}>${w.discard}</button></p>
    </form>`
}

/** What is planned, or how to record something else beside it. @param {App} app @param {any} open @param {any} patient */
function planOf(app, open, patient) {
  const w = words.app.visit, plan = open.planned
  if (!plan?.planned_start) return nothing
  return html`<p>${[fill(w.planned, { at: when(plan.planned_start, app.now()) }), word(words.app.purposes,
    plan.purpose)].filter(Boolean).join(': ')}
    ${isOpen(plan) ? html`<br><a href=${address('visit', '', { person: patient.id, unplanned: '1' })}>${w.notThisOne}</a>` : nothing}</p>`
}

/**
 * When it was, each time behind one press.
 * @param {App} app @param {any} f @param {boolean} done @param {Record<string, string>} lacks
 * @param {(how: (form: any) => void) => void} change
 */
function times(app, f, done, lacks, change) {
  const w = words.app.times, now = app.now(), at = visitTimes(f, now)
  const row = (/** @type {'started_at' | 'ended_at'} */ name, /** @type {string} */ label, /** @type {boolean} */ follows) =>
    time({ name, label, at: at[name], byHand: f.times[name], follows, now, error: whyOf(lacks[name]),
      change: v => change(form => enter(form.times, name, v, now)) })
  return html`<fieldset class="nhsuk-fieldset app-times"><legend class="nhsuk-fieldset__legend">${w.legend}</legend>
    ${row('started_at', done ? w.arrived : w.tried, false)}${done ? row('ended_at', w.left, !f.times.started_at) : nothing}
    ${lacks.sure ? html`<label class="app-pick"><input type="checkbox" name="sure" .checked=${f.times.sure}
      @change=${(/** @type {any} */ e) => change(form => { form.times.sure = e.target.checked })}><span>${w.sure}</span></label>`
        : nothing}</fieldset>`
}

/** @param {string | undefined} code */
const whyOf = code => (code ? /** @type {any} */ (words.app.visit.missing)[code] ?? '' : '')

/** @param {Record<string, string>} lacks */
function summary(lacks) {
  const w = words.app.visit
  return html`<div class="nhsuk-error-summary" role="alert" tabindex="-1" id="errors">
      <h2 class="nhsuk-error-summary__title">${words.app.form.problem}</h2>
    <ul class="nhsuk-list nhsuk-error-summary__list">${Object.entries(lacks)
      .map(([name, code]) => html`<li><a href="#" @click=${(/** @type {Event} */ e) => {
      e.preventDefault(); /** @type {HTMLElement | null} */ (
        document.querySelector(`[name="${name}"], #${name}`))?.focus() }}>${/** @type {any} */ (w.missing)[code]}</a></li>`)}</ul></div>`
}

/**
 * @param {App} app @param {any} f @param {ReturnType<typeof judge>} j @param {(how: (form: any) => void) => void} change
 * @param {any} urgent whom to call, beside the score
 */
function readings(app, f, j, change, urgent) {
  const w = words.app.visit, s = j.score
  const points = (/** @type {import('../../shared/readings.js').Reading} */ r) => {
    const n = r.score && s?.[/** @type {'pulse'} */ (r.score)]
    return typeof n === 'number' ? html`<span class="app-points" id="${r.name}-points"><span
        class="nhsuk-u-visually-hidden">${w.subScore}</span> ${n}</span>` : nothing
  }
  const set = (/** @type {string} */ name) => (/** @type {string} */ v) => change(form => {
    form.readings[name] = v
    form.typedAt = new Date(app.now()).toISOString()
  })
  const lost = lostOf(f)
  return html`<fieldset class="nhsuk-fieldset app-vitals">
      <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--m">${w.readings}</legend>
    <p class="nhsuk-hint">${f.replaces ? w.readingsAgain : w.readingsHint}</p>
    ${lost.length ? html`<p class="ds-banner ds-banner--bad">${lost.map(unreadableText).join('. ')}. ${
        words.common.cannotRead.why}</p>` : nothing}
    <div class="app-vitals__grid">${numbers.map(r => {
    const why = doubt(r, f.readings[r.name])
    return html`<div class="app-vital">${field({ id: r.name, label: labelOf(r.name), unit: unitOf(r),
      mode: r.kind === 'int' ? 'numeric' : 'decimal', width: 'nhsuk-input--width-4', value: f.readings[r.name] ?? '',
      also: points(r) === nothing ? undefined : `${r.name}-points`,
      warn: why ? w.doubts[why] : '', change: set(r.name) })}${points(r)}</div>`
  })}</div>
    ${choiceReadings.map(r => html`<div class="app-vital">${choice({ name: r.name, legend: labelOf(r.name), options: optionsOf(r),
      value: f.readings[r.name] ?? '', inline: true, change: set(r.name) })}${points(r)}</div>`)}
    ${s ? total(s, lost) : nothing}
    ${s ? urgent : nothing}
    ${f.typedAt || f.replaces ? time({ name: 'taken_at', label: words.app.times.taken, at: visitTimes(f, app.now()).taken_at,
      byHand: f.times.taken_at, now: app.now(),
        error: whyOf(f.tried ? timesToAsk(f, app.now()).taken_at : ''), change: v => change(form => enter(form.times, 'taken_at', v,
          app.now())) }) : nothing}
  </fieldset>`
}

/** The readings that are stored, cannot be read and were not typed anew. @param {any} f @returns {string[]} */
const lostOf = f => (f.lost ?? []).filter((/** @type {string} */ name) => !f.readings[name])

/** @param {import('../../shared/ui/news2.js').Score} s @param {string[]} lost readings that were taken and cannot be read */
function total(s, lost) {
  const w = words.app.visit
  if (s.status === 'not_applicable') return html`<p class="ds-banner">${words.common.bands.not_applicable}: ${w.notApplicable}</p>`
  const kind = s.floor_band === 'high' ? 'bad' : s.floor_band === 'medium' || s.floor_band === 'low_medium' ? 'warn' : ''
  const lacks = parameters.filter(p => s[p] === null && !lost.includes(p === 'oxygen' ? 'on_oxygen' : p)).map(p => labelOf(p).toLowerCase())
  return html`<div class="ds-banner ${kind ? `ds-banner--${kind}` : ''}"
      role="status"><strong class="app-total">${fill(words.app.person.total,
        { total: s.total ?? fill(words.common.chart.atLeast, { n: s.floor_total }) })}</strong>
    ${word(words.common.bands, s.status === 'complete' ? s.band : s.floor_band)}
    ${lacks.length ? html`<br><span>${fill(w.notTaken, { list: lacks.join(', ') })}</span>` : nothing}
    ${s.age_unknown ? html`<br><span>${words.common.ageUnknown}</span>` : nothing}
    <br><small>${w.source}</small></div>`
}

/**
 * @param {App} app @param {string} key @param {any} open @param {any} patient @param {ReturnType<typeof judge>} j
 * @param {import('../model/visitform.js').Hand} hand
 */
function save(app, key, open, patient, j, hand) {
  const f = open.form
  f.tried = true
  if (Object.keys(missing(f, j, app.me, app.now(), hand)).length) {
    app.redraw()
    requestAnimationFrame(() => document.getElementById('errors')?.focus())
    return
  }
  saveForm(app, key, open, () => {
    const made = ops({ form: f, patient, planned: open.planned, judged: j, hand, how: words.app.referral.how, me: app.me, now: app.now(),
      newID: app.newID, whys: words.app.calls.whys })
    return { ops: made.ops, seen: { ...(open.seen ? { [`visits/${made.visit}`]: open.seen } : {}),
      [`patients/${patient.id}`]: app.seen('patients', patient.id) } }
  }, { to: address('today'), along: `visit-of:${patient.id}` })
}

/**
 * Where the handover of a form goes, as far as this phone knows.
 * @param {App} app @param {any} f @param {ReturnType<typeof judge>} j @param {import('../model/rules.js').Evidence[]} history
 */
const handHere = (app, f, j, history) => handOf(f, j, { teams: app.all('teams'), mine: app.me.teams, history, now: app.now(),
  clockKnown: app.clockKnown })

/** What a form records whose person is no longer on this phone: no earlier evidence of them is here. @param {App} app @param {any} open */
function changeOfLeft(app, open) {
  const f = open.form, who = open.who ?? { id: f.patient }
  const j = judge(f, who, { rules: app.rules, history: [], now: app.now(), clockKnown: app.clockKnown })
  const made = ops({ form: f, patient: who, planned: open.planned, judged: j, hand: handHere(app, f, j, []),
    me: app.me, now: app.now(), newID: app.newID,
    how: words.app.referral.how, whys: words.app.calls.whys })
  return { ops: made.ops, seen: open.seen ? { [`visits/${made.visit}`]: open.seen } : undefined }
}

/** @param {App} app @param {string} key @param {any} patient */
async function discard(app, key, patient) {
  const from = app.here
  if (!await throwAway(app, key)) return
  app.forms.delete(`visit-of:${patient.id}`)
  app.go(address('person', patient.id), from)
}

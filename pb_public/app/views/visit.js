// @ts-check
// Recording a visit: one page, in the order of the visit, made for one thumb. Every change is kept as a
// draft at once; only "Save" makes it a change that is sent.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { parameters } from '../../shared/ui/news2.js'
import { choices as choiceReadings, labelOf, numbers, optionsOf, unitOf } from '../../shared/ui/readings.js'
import { unreadableText } from '../../shared/ui/unreadable.js'
import { fill, inOrder, word, words } from '../../shared/ui/words.js'
import { evidenceOf } from '../model/evidence.js'
import { scoreOf, sets } from '../model/people.js'
import { blank, doubt, handsOver, judge, missing, ops, practice, restored, teamFor, texts } from '../model/visitform.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { age } from './person.js'
import { back, choice, choices, field, select } from './parts.js'
import { discard as throwAway } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/** The key under which a form and its draft are kept. @param {App} app */
const keyOf = app => `visit:${app.place.id || app.place.query.get('person')}`

/** @param {App} app */
export function visit(app) {
  const key = keyOf(app)
  const open = app.forms.get(key)
  if (!open) {
    begin(app, key)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const patient = app.get('patients', open.form.patient)
  if (!patient) return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${words.app.gonePerson}</h1>
      <p>${words.app.goneWhy}</p>`
  return draw(app, key, open, patient)
}

/**
 * Opens a form: the draft that was kept, else an empty one with what is on the screen now as what its author saw.
 * @param {App} app
 * @param {string} key
 */
async function begin(app, key) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  const planned = app.place.id ? app.get('visits', app.place.id) : null
  const patient = planned?.patient ?? kept?.form.patient ?? app.place.query.get('person') ?? ''
  const taken = planned ? sets(app.all('observations').filter(o => o.visit === planned.id))[0] ?? null : null
  const form = kept ? restored(kept.form) : blank({ patient, visit: planned, taken, now: app.now() })
  const seen = kept?.seen ?? (planned ? app.seen('visits', planned.id) : null)
  app.forms.set(key, { form, seen, planned: kept?.planned ?? planned, dirty: Boolean(kept), restored: Boolean(kept), saving: false,
        error: '' })
  app.redraw()
}

/** @param {App} app @param {string} key @param {any} open @param {any} patient */
function draw(app, key, open, patient) {
  const w = words.app.visit, f = open.form
  const before = sets(app.all('observations').filter(o => o.patient === patient.id && o.visit !== f.visit))
    .map(o => scoreOf(o, patient)).find(Boolean) ?? null
  const evidence = evidenceOf(patient, { observations: app.all('observations'), visits: app.all('visits'), checkins: app.all('checkins'),
    issues: app.all('sync_issues'), clockKnown: app.clockKnown })
  const j = judge(f, patient, { rules: app.rules, history: evidence, now: app.now(), clockKnown: app.clockKnown })
  const lacks = f.tried ? missing(f, j, app.me) : {}
  const error = (/** @type {string} */ name) => lacks[name] ? /** @type {any} */ (w.missing)[lacks[name]] : ''
  const change = (/** @type {(form: any) => void} */ how) => {
    how(f); open.dirty = true; app.drafts.put(key, { form: f, seen: open.seen, planned: open.planned }); app.redraw() }
  const done = f.fields.status === 'completed'
  return html`${back(address('person', patient.id), personName(patient))}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${w.title}</h1>
    <p class="app-who"><strong>${personName(patient)}</strong></p>
    ${age(app)}
    ${open.restored ? html`<p class="ds-banner">${w.restored}</p>` : nothing}
    ${Object.keys(lacks).length ? summary(lacks) : nothing}
    <form class="app-form" novalidate @submit=${(/** @type {Event} */ e) => {
      e.preventDefault(); save(app, key, open, patient, j, before) }}>
      ${choice({ name: 'status', legend: w.status, options: w.statuses, value: f.fields.status, error: error('status'),
          change: v => change(form => { form.fields.status = v }) })}
      ${f.fields.status === 'no_access'
        ? choice({ name: 'no_access_kind', legend: w.noAccess, options: words.app.noAccess, value: f.fields.no_access_kind,
          error: error('no_access_kind'), hint: w.noAccessHint, change: v => change(form => { form.fields.no_access_kind = v }) })
        : nothing}
      ${done ? html`
        ${choices({ name: 'soft_signs', legend: w.softSigns, hint: w.softSignsHint, options: words.app.softSigns,
            value: f.fields.soft_signs, change: v => change(form => { form.fields.soft_signs = v }) })}
        ${choice({ name: 'critical_medicine', legend: w.medicine, options: words.app.medicine, value: f.fields.critical_medicine,
            inline: true, change: v => change(form => { form.fields.critical_medicine = v }) })}
        ${readings(f, j, change)}
        ${select({ id: 'outcome', label: w.outcome, options: [['', w.choose], ...Object.entries(words.app.outcomes)],
            value: f.fields.outcome, change: v => change(form => { form.fields.outcome = v }) })}` : nothing}
      ${f.fields.status ? field({ id: 'note', label: w.note, value: f.fields.note, rows: 5,
          change: v => change(form => { form.fields.note = v }) }) : nothing}
      ${f.fields.status ? handing(app, f, patient, j, before, error, change) : nothing}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit" ?disabled=${open.saving}>${w.save}</button></div>
      <p><button class="app-link" type="button" @click=${() => discard(app, key, patient)}>${w.discard}</button></p>
    </form>`
}

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

/** @param {any} f @param {ReturnType<typeof judge>} j @param {(how: (form: any) => void) => void} change */
function readings(f, j, change) {
  const w = words.app.visit, s = j.score
  const points = (/** @type {import('../../shared/readings.js').Reading} */ r) => {
    const n = r.score && s?.[/** @type {'pulse'} */ (r.score)]
    return typeof n === 'number' ? html`<span class="app-points" title=${w.subScore}>${n}</span>` : nothing
  }
  const set = (/** @type {string} */ name) => (/** @type {string} */ v) => change(form => { form.readings[name] = v })
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
      warn: why ? w.doubts[why] : '', change: set(r.name) })}${points(r)}</div>`
  })}</div>
    ${choiceReadings.map(r => html`<div class="app-vital">${choice({ name: r.name, legend: labelOf(r.name), options: optionsOf(r),
      value: f.readings[r.name] ?? '', inline: true, change: set(r.name) })}${points(r)}</div>`)}
    ${s ? total(s, lost) : nothing}
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
 * @param {App} app
 * @param {any} f
 * @param {any} patient
 * @param {ReturnType<typeof judge>} j
 * @param {any} before
 * @param {(name: string) => string} error
 * @param {(how: (form: any) => void) => void} change
 */
function handing(app, f, patient, j, before, error, change) {
  const w = words.app.visit, on = handsOver(f, j.urgency), cls = f.cls || j.urgency || 'R'
  const ofPerson = patient.practice ? app.get('organisations', patient.practice) : null
  const to = teamFor(f, j, { teams: app.all('teams'), mine: app.me.teams }), receiver = to ? app.get('teams', to) : ofPerson
  const text = texts(f, patient, j, before, app.now())
  const urgent = cls === 'E' || cls === 'U2'
  return html`<section class="app-hand" aria-labelledby="hand"><h2 class="nhsuk-heading-m" id="hand">${w.handOver}</h2>
    ${j.urgency && f.handOver !== 'no'
      ? html`<div class="ds-banner ds-banner--${j.call ? 'bad' : 'warn'}">${j.held.map(r => html`<p>${fill(w.because,
          { reason: r.title, urgency: word(words.common.classes, r.class) })}</p>`)}</div>` : nothing}
    ${choice({ name: 'hand_over', legend: w.handOverAsk, options: w.yesNo, value: f.handOver || (on ? 'yes' : 'no'), inline: true,
        required: true, change: v => change(form => { form.handOver = v }) })}
    ${on ? html`
      ${urgent ? html`<div class="app-call" role="group" aria-labelledby="call-title">
          <h3 class="nhsuk-heading-s" id="call-title">${cls === 'E' ? w.call999 : w.callFirst}</h3>
        ${cls === 'E' ? html`<a class="nhsuk-button nhsuk-button--warning app-wide" href="tel:999">${w.ring999}</a>` : nothing}
        ${receiver?.phone ? html`<a class="nhsuk-button app-wide"
            href="tel:${receiver.phone}">${fill(w.ring, { number: receiver.phone, name: receiver.name })}</a>`
          : html`<p>${w.noNumber}</p>`}
        ${choice({ name: 'called', legend: w.called, options: w.calledOptions, value: f.call.answer, error: error('called'), inline: true,
            change: v => change(form => { form.call.answer = v; form.call.at = v === 'yes'
              ? form.call.at || new Date(app.now()).toISOString() : '' }) })}
        ${f.call.answer === 'yes'
          ? html`${choice({ name: 'reached', legend: w.reached, options: w.yesNo, value: f.call.reached, error: error('reached'),
              inline: true, change: v => change(form => { form.call.reached = v }) })}
          ${field({ id: 'called_name', label: w.calledName, value: f.call.name, error: error('called_name'),
              change: v => change(form => { form.call.name = v }) })}
          ${field({ id: 'called_role', label: w.calledRole, value: f.call.role, change: v => change(form => { form.call.role = v }) })}
          ${choice({ name: 'read_back', legend: w.readBack, options: w.yesNo, value: f.call.readBack, inline: true,
              change: v => change(form => { form.call.readBack = v }) })}` : nothing}
      </div>` : nothing}
      ${select({ id: 'class', label: w.urgency, options: Object.entries(words.common.classes).filter(([c]) => c !== 'SG'), value: cls,
          change: v => change(form => { form.cls = v }) })}
      ${select({ id: 'to_team', label: w.to, options: [[practice, ofPerson ? ofPerson.name : w.noPractice],
            ...app.all('teams').filter(t => t.kind !== 'safeguarding' && !app.me.teams.includes(t.id))
            .map(t => /** @type {[string, string]} */ ([t.id, t.name])).sort((a, b) => inOrder(a[1], b[1]))], value: to || practice,
          change: v => change(form => { form.toTeam = v }) })}
      ${urgent && !app.me.raises_urgent
        ? select({ id: 'registrant', label: w.registrant, hint: w.registrantHint, error: error('registrant'),
          options: [['', w.choose], ...app.colleagues.filter(c => c.registrant && !c.left)
            .map(c => /** @type {[string, string]} */ ([c.id, `${c.name}, ${word(words.common.roles, c.role)}`]))], value: f.registrant,
          change: v => change(form => { form.registrant = v }) }) : nothing}
      ${(/** @type {const} */ (['situation', 'background', 'assessment', 'recommendation']))
        .map(part => field({ id: part, label: words.app.text.parts[part], rows: part === 'background' ? 2 : 3, value: text[part],
            change: v => change(form => { form.words[part] = v }) }))}` : nothing}
  </section>`
}

/** @param {App} app @param {string} key @param {any} open @param {any} patient @param {ReturnType<typeof judge>} j @param {any} before */
async function save(app, key, open, patient, j, before) {
  const f = open.form
  f.tried = true
  if (Object.keys(missing(f, j, app.me)).length) {
    app.redraw()
    requestAnimationFrame(() => document.getElementById('errors')?.focus())
    return
  }
  open.saving = true
  open.error = ''
  app.redraw()
  try {
    const to = teamFor(f, j, { teams: app.all('teams'), mine: app.me.teams })
    const made = ops({ form: f, patient, planned: open.planned, judged: j, before, to, me: app.me, now: app.now(), newID: app.newID })
    if (made.ops.length) await app.record(made.ops, open.seen ? { [`visits/${made.visit}`]: open.seen } : undefined)
  } catch (e) {
    open.saving = false
    open.error = notSaved(e)
    app.redraw()
    return
  }
  app.forms.delete(key)
  await app.drafts.drop(key).catch(() => {}) // saved already; a draft that stays is offered again and can be thrown away
  app.say(words.app.visit.saved)
  app.go(address('today'))
}

/** @param {App} app @param {string} key @param {any} patient */
async function discard(app, key, patient) {
  if (await throwAway(app, key)) app.go(address('person', patient.id))
}

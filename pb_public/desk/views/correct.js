// @ts-check
// Putting a person's record right: who they are, how they are reached, what protects them, and what they agreed to.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, nhsNumber, personName, when } from '../../shared/ui/format.js'
import { fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { button, checkbox, radios, select, textArea, textInput, troubleBox } from '../parts.js'
import { whyNot } from '../nhsnumber.js'
import { boxes, changesOf, formOf, lastWords } from '../person-form.js'
import { PracticeSearch } from '../practice-search.js'

const w = words.desk.correct
const knownNeeds = Object.keys(words.common.needs)

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function correct(desk, [id = '']) {
  /** @type {any} */ let record = null
  /** @type {import('../person-form.js').PersonForm} */ let form = formOf({}, knownNeeds)
  /** @type {import('../desk-context.js').Member[]} */ let staff = []
  const practices = new PracticeSearch(desk)
  /** @type {Record<string, string>} */ let wrong = {}
  let trouble = '', busy = false
  const view = {
    title: w.title,
    back: { to: `person/${id}`, text: w.back },
    async load() {
      ;[record, staff] = await Promise.all([desk.session.get(`/people/${id}`), desk.staff(), practices.begin()])
      form = formOf(record.fields, knownNeeds)
      view.title = fill(w.titleOf, { name: personName(record.fields) })
    },
    async refresh() { /* a form: what is typed stays */ },
    /** @param {SubmitEvent} e */
    async submit(e) {
      e.preventDefault()
      if (busy) return
      const { set, was } = changesOf(record.fields, form, knownNeeds)
      wrong = {}
      const number = set.nhs_number ? whyNot(set.nhs_number) : ''
      if (number) return view.refuse('nhs_number', word(words.desk.register.numberWrong, number))
      if ('family_name' in set && !set.family_name) return view.refuse('family_name', words.desk.register.needName)
      if (set.spo2_scale && !set.spo2_scale.reason) return view.refuse('spo2_scale', w.scaleNeedsReason)
      if (Boolean(form.said.service) !== Boolean(form.said.given)) return view.refuse('consent', w.saidHalf)
      if (!Object.keys(set).length) return view.refuse('', w.nothing)
      busy = true
      trouble = ''
      desk.redraw()
      try {
        await desk.session.post(`/people/${id}/correct`, { set, was })
        desk.say(w.done)
        desk.go(`person/${id}`, view)
      } catch (e2) {
        if (!(e2 instanceof Refusal)) throw e2
        view.refuse(e2.body.fields?.[0]?.field ?? '', e2.message)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    /** @param {string} field where it is said, '' above the form @param {string} text */
    refuse(field, text) {
      wrong = field in places ? { [field]: text } : {}
      trouble = field in places ? fill(w.wrong, { field: word(w.labels, field), text }) : text
      desk.redraw()
      requestAnimationFrame(() => document.getElementById(field in places ? places[field] : 'correct-trouble')?.focus())
    },
    draw() {
      if (!record) return html`<p>${words.desk.loading}</p>`
      const box = (/** @type {string} */ name) => ({ id: places[name], label: word(w.labels, name), value: form.text[name],
        error: wrong[name], input: (/** @type {string} */ v) => { form.text[name] = v } })
      const field = (/** @type {string} */ name, /** @type {object} */ more = {}) => textInput({ ...box(name), ...more })
      const area = (/** @type {string} */ name, /** @type {object} */ more = {}) => textArea({ ...box(name), rows: 2, ...more })
      const lost = unreadableTexts({ unreadable: record.unreadable })
      return html`<p>${w.intro}</p>
        ${lost.length ? html`<p class="ds-banner ds-banner--bad">${lost.join('. ')}</p>` : nothing}
        ${troubleBox('correct-trouble', trouble)}
        <form @submit=${view.submit} novalidate>
        <h2 class="nhsuk-heading-m">${w.who}</h2>
        ${field('family_name')}${field('given_name')}${field('preferred_name', { hint: w.preferredHint })}
        ${field('date_of_birth', { type: 'date' })}
        ${field('nhs_number', { inputmode: 'numeric', hint: numberHint(record.fields) })}
        ${field('died_on', { type: 'date', hint: w.diedHint })}
        <h2 class="nhsuk-heading-m">${w.reach}</h2>
        ${area('address')}${field('postcode')}${field('phone', { type: 'tel' })}
        <div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox({ id: 'address_hidden', text: w.labels.address_hidden,
          hint: w.hiddenHint, checked: form.hidden, change: on => { form.hidden = on } })}</div>
        ${area('access_notes')}${area('risk_note', { hint: w.riskHint })}
        <h2 class="nhsuk-heading-m">${w.care}</h2>
        ${textInput({ id: 'practice-find', label: words.desk.register.practiceFind, value: practices.text,
          input: v => practices.find(v) })}
        ${select({ ...box('practice'), hint: words.desk.register.practiceHint, empty: words.desk.register.noPractice,
            options: practices.options(form.text.practice, record.names[form.text.practice] ?? w.unknown),
            change: v => { form.text.practice = v } })}
        ${select({ ...box('lead'), empty: w.noLead, options: named(staff.filter(m => !m.inactive_since), form.text.lead, record.names),
            change: v => { form.text.lead = v } })}
        <fieldset class="nhsuk-fieldset nhsuk-u-margin-bottom-4">
          <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${w.labels.communication_needs}</legend>
          <div class="nhsuk-checkboxes">${knownNeeds.map(n => checkbox({ id: `need-${n}`, text: word(words.common.needs, n),
            checked: form.needs.includes(n),
            change: on => { form.needs = on ? [...form.needs, n] : form.needs.filter(x => x !== n) } }))}</div></fieldset>
        ${textInput({ id: places.communication_needs, label: w.otherNeeds, hint: w.otherNeedsHint, value: form.otherNeeds,
            error: wrong.communication_needs, input: v => { form.otherNeeds = v } })}
        ${radios({ name: 'pregnant', legend: w.labels.pregnant, value: form.pregnant,
            options: [{ value: 'yes', text: w.yes }, { value: 'no', text: w.no }, { value: '', text: w.notSaid }],
            change: v => { form.pregnant = /** @type {'yes'} */ (v); desk.redraw() } })}
        ${scale()}
        <h2 class="nhsuk-heading-m">${w.sharing}</h2>
        ${consent()}
        <div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox({ id: 'objection', text: w.labels.objection, hint: w.objectionHint,
          checked: form.objection, change: on => { form.objection = on } })}</div>
        ${button(w.button, { submit: true, busy })}</form>`
    },
  }

  /** Who decided the scale and why; who may decide it decides here. */
  function scale() {
    const set = record.fields.spo2_scale
    const decided = set ? fill(w.scaleDecided, { scale: w.scales[set.scale === 2 ? '2' : '1'], who: record.names[set.author] ?? w.somebody,
      at: set.date ? birth(set.date) : w.sometime, reason: set.reason || w.noReason }) : w.scales['1']
    if (!record.sets_scale) return html`<p><strong>${w.labels.spo2_scale}:</strong> ${decided}. ${w.scaleNotYours}</p>`
    return html`${radios({ name: 'spo2_scale', legend: w.labels.spo2_scale, hint: decided, value: form.scale,
      options: [{ value: '1', text: w.scales['1'] }, { value: '2', text: w.scales['2'], hint: w.scale2Hint }],
      change: v => { form.scale = /** @type {'1'} */ (v); desk.redraw() } })}
      ${form.scale === formOf(record.fields, knownNeeds).scale ? nothing
        : textInput({ id: places.spo2_scale, label: w.scaleReason, value: form.scaleReason, wide: true, maxlength: 500,
            error: wrong.spo2_scale, input: v => { form.scaleReason = v } })}`
  }

  /** What was said about each voluntary service, and what is said now. */
  function consent() {
    const before = lastWords(record.fields.consent ?? [])
    const line = (/** @type {import('../person-form.js').Said} */ c) => [
      fill(c.given ? w.gave : w.withdrew, { at: c.at ? when(c.at) : w.sometime, who: record.names[c.by ?? ''] ?? w.somebody }),
      c.how, c.expires && fill(w.until, { at: birth(c.expires) })].filter(Boolean).join('. ')
    const s = form.said
    return html`${before.length ? html`<dl class="nhsuk-summary-list">${before.map(b => html`<div class="nhsuk-summary-list__row">
        <dt class="nhsuk-summary-list__key">${record.names[b.service] ?? w.aService}</dt>
        <dd class="nhsuk-summary-list__value">${b.said.map((c, i) =>
          html`<p class="nhsuk-u-margin-bottom-1 ${i ? 'ds-soft' : ''}">${line(c)}</p>`)}</dd>
      </div>`)}</dl>` : html`<p>${w.nothingSaid}</p>`}
      ${select({ id: places.consent, label: w.saysNow, empty: w.saysNothing, value: s.service, error: wrong.consent,
        options: record.services.map((/** @type {any} */ o) => ({ value: o.id, text: o.name })),
        change: v => { s.service = v; desk.redraw() } })}
      ${s.service ? html`${radios({ name: 'said', legend: w.said, value: s.given,
          options: [{ value: 'yes', text: w.gives }, { value: 'no', text: w.withdraws, hint: w.withdrawsHint }],
          change: v => { s.given = /** @type {'yes'} */ (v); desk.redraw() } })}
        ${textInput({ id: 'said-how', label: w.how, hint: w.howHint, value: s.how, wide: true, maxlength: 500, input: v => { s.how = v } })}
        ${s.given === 'yes' ? textInput({ id: 'said-expires', label: w.expires, hint: w.expiresHint, type: 'date', value: s.expires,
          input: v => { s.expires = v } }) : nothing}` : nothing}`
  }
  return view
}

/** Where each field stands in the form. @type {Record<string, string>} */
const places = { ...Object.fromEntries(boxes.map(f => [f, `correct-${f}`])), communication_needs: 'needs-other',
  spo2_scale: 'scale-reason', consent: 'said-service' }

/** @param {any} fields */
const numberHint = fields => (fields.nhs_number
  ? fill(fields.nhs_number_status === 'verified' ? w.numberVerified : w.numberUnverified, { number: nhsNumber(fields.nhs_number) })
  : words.desk.register.numberHint)

/**
 * Choices by name, with the one that is stored also where the list does not have it.
 * @param {{ id: string, name: string }[]} list @param {string} stored @param {Record<string, string>} names
 */
function named(list, stored, names) {
  const beside = stored && !list.some(x => x.id === stored) ? [{ id: stored, name: names[stored] ?? w.unknown }] : []
  return [...beside, ...list].map(x => ({ value: x.id, text: x.name }))
}

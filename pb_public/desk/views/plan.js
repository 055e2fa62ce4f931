// @ts-check
// What is planned for a person: the plans that repeat, and the form that makes, changes or ends one.
import { html, nothing } from '../../shared/ui/html.js'
import { date, day as dayOf, personName, when } from '../../shared/ui/format.js'
import { now } from '../../shared/ui/now.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, word, words } from '../words.js'
import { button, checkbox, nameOf, select, textInput, troubleBox, whoIs } from '../parts.js'
import { newID } from '../ulid.js'
import { fromRule, said, toRule, weekdays } from '../plan-rule.js'

const w = words.desk.plan

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function plan(desk, [patient = '', open = '']) {
  /** @type {any[]} */ let plans = []
  /** @type {any} */ let person = {}
  /** @type {import('../desk-context.js').Member[]} */ let staff = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** Teams that have the person. @type {string[]} */ let having = []
  /** @type {any} */ let form = null
  /** @type {any} */ let preview = null
  let trouble = '', busy = false, turn = 0
  /** The field that is wrong. */ let wrong = ''

  const empty = () => ({ id: '', team: having[0] ?? '', repeat: fromRule('FREQ=DAILY'), fresh: newID(),
    plan: { purpose: '', rule: '', start: dayOf(now() + 86_400_000), until: '', from: '08:00', to: '10:00', minutes: 30, staff: '',
      second: '', at_door: 1, closed_days: 'skip' } })
  const view = {
    title: w.title, who: '',
    back: { to: `person/${patient}`, text: w.back },
    async load() {
      const [list, rows, members, own] = await Promise.all([desk.session.get(`/plans?patient=${patient}`),
        desk.session.get(`/caseload?patient=${patient}&limit=200`), desk.staff(), desk.ownTeams()])
      plans = list.items
      staff = members
      having = rows.items.filter((/** @type {any} */ r) => r.state === 'now' && r.team && own.some(t =>
        t.id === r.team.id)).map((/** @type {any} */ r) => r.team.id)
      teams = own.filter(t => having.includes(t.id))
      person = rows.items[0]?.patient ?? {}
      view.title = fill(w.titleOf, { who: personName(person) })
      view.who = whoIs(person)
      const one = plans.find(p => p.id === open)
      if (open && one && !one.ended_at) edit(one)
      else if (open === 'new') { form = empty(); open = '' }
    },
    async refresh() { if (!form) await view.load() },
    body: () => ({ ...form.plan, minutes: Number(form.plan.minutes) || 0, rule: toRule(form.repeat),
      at_door: Number(form.plan.at_door), second: Number(form.plan.at_door) === 2 ? form.plan.second : '',
      purpose: checkins() ? '' : form.plan.purpose }),
    /** @param {boolean} only say what it would do */
    send: only => form.id ? desk.session.post(`/plans/${form.id}`, { plan: view.body(), preview: only })
      : desk.session.post('/plans', { id: form.fresh, patient, team: form.team, plan: view.body(), preview: only }),
    changed() {
      trouble = wrong = ''
      preview = null
      desk.redraw()
      view.look()
    },
    async look() {
      if (!checkins() && !form.plan.purpose || form.repeat.repeat === 'weekly' && !form.repeat.days.length) return
      const mine = ++turn
      try {
        const answer = await view.send(true)
        if (mine === turn) preview = answer
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (mine === turn) refuse(e)
      }
      desk.redraw()
    },
    /** @param {Event} e */
    async submit(e) {
      e.preventDefault()
      await decide(() => view.send(false), answer => fill(form.id ? w.changed : w.made, { effect: effect(answer) }))
    },
    draw: () => form ? drawForm() : html`<ul class="dk-list">${plans.map(p => html`<li class="dk-card">
        <strong>${[word(words.app.purposes, p.plan.purpose) || w.checkin, said(p.plan.rule)].join(', ')}</strong>
        <span>${fill(w.window, { from: p.plan.from, to: p.plan.to, minutes: p.plan.minutes })} · ${p.team.name}${p.plan.at_door === 2
          ? ` · ${w.two}` : ''}</span>
        <span class="ds-soft">${p.staff ? [nameOf(p.staff), p.second && nameOf(p.second)].filter(Boolean).join(', ') : w.nobody} ·
          ${p.plan.until ? fill(w.until, { day: date(`${p.plan.until}T12:00:00Z`) }) : w.open}</span>
        ${p.ended_at ? html`<span>${fill(w.endedAt, { day: date(p.ended_at) })}</span>` : html`<span class="ds-row">
          ${button(w.change, { kind: 'secondary', label: fill(w.changeOf, { what: said(p.plan.rule) }), click: () =>
            { edit(p); desk.redraw() } })}
          ${button(w.end, { kind: 'secondary', busy, label: fill(w.endOf, { what: said(p.plan.rule) }),
            click: () => decide(() => desk.session.post(`/plans/${p.id}/end`, {}), answer => fill(w.ended,
              { effect: effect(answer) })) })}</span>`}</li>`)}</ul>
      ${troubleBox('plan-trouble', trouble)}
      ${plans.length ? nothing : html`<p>${w.none}</p>`}
      ${teams.length ? html`<p>${button(w.add, { click: () => { form = empty(); desk.redraw(); requestAnimationFrame(() =>
        document.getElementById('plan-repeat')?.focus()) } })}</p>`
        : html`<p>${w.noTeam}</p>`}`,
  }

  /** @param {() => Promise<any>} send @param {(answer: any) => string} say */
  async function decide(send, say) {
    if (busy) return
    busy = true
    trouble = wrong = ''
    desk.redraw()
    try {
      desk.say(say(await send()))
      form = null
      preview = null
      open = ''
      await desk.readAgain(view)
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      refuse(e)
      requestAnimationFrame(() => document.getElementById('plan-trouble')?.focus())
    } finally {
      busy = false
      desk.redraw()
    }
  }

  const refuse = (/** @type {Refusal} */ e) => { trouble = e.message; wrong = e.body.fields?.[0]?.field ?? '' }
  /** @param {string} field */
  const of = field => ({ id: `plan-${field}`, error: wrong === field ? trouble : undefined })

  const edit = (/** @type {any} */ p) => {
    form = { id: p.id, team: p.team.id, repeat: fromRule(p.plan.rule), plan: { until: '', staff: '', second: '', ...p.plan } }
    preview = null
  }
  const checkins = () => !desk.isClinical || teams.find(t => t.id === form.team)?.kind === 'voluntary'
  const effect = (/** @type {any} */ e) => [e.made && count(e.made, w.nMade), e.moved && count(e.moved, w.nMoved), e.withdrawn
    && count(e.withdrawn, w.nWithdrawn), e.kept && count(e.kept, w.nKept)]
    .filter(Boolean).join(' ') || w.nothing

  /** @param {string} name */
  const set = name => (/** @type {string} */ v) => { form.plan[name] = v; view.changed() }
  /**
   * Who can go: the team's members, and whoever it is planned for, also where they have left it.
   * @param {string} chosen
   */
  const members = chosen => {
    const list = staff.filter(m => m.id === chosen || !m.inactive_since && m.teams.some(t => t.id === form.team)).map(m => ({ value: m.id,
      text: [m.name, word(words.common.roles, m.role), leaves(m)].filter(Boolean).join(', ') }))
    return !chosen || list.some(o => o.value === chosen) ? list : [{ value: chosen, text: words.desk.correct.unknown }, ...list]
  }

  const drawForm = () => html`<form @submit=${view.submit} novalidate>${troubleBox('plan-trouble', trouble)}
    ${teams.length > 1 && !form.id ? select({ ...of('team'), label: w.team, value: form.team, options: teams.map(t => ({ value: t.id,
      text: t.name })), change: v => { form.team = v; view.changed() } }) : nothing}
    ${checkins() ? nothing : select({ ...of('purpose'), label: w.purpose, value: form.plan.purpose,
      options: Object.entries(words.app.purposes).map(([value, text]) => ({ value, text })), change: set('purpose') })}
    ${select({ id: 'plan-repeat', label: w.repeat, value: form.repeat.repeat === 'daily' ? '' : form.repeat.repeat,
      empty: w.repeats.daily, options: [{ value: 'weekly', text: w.repeats.weekly }, { value: 'rule', text: w.repeats.rule }],
      change: v => { form.repeat.repeat = v || 'daily'; view.changed() } })}
    ${form.repeat.repeat === 'rule' ? textInput({ ...of('rule'), label: w.rule, hint: w.ruleHint, value: form.repeat.text,
      wide: true, input: v => { form.repeat.text = v; view.changed() } })
      : textInput({ id: 'plan-every', label: form.repeat.repeat === 'daily' ? w.intervalDays : w.intervalWeeks, inputmode: 'numeric',
        value: String(form.repeat.every),
        input: v => { form.repeat.every = Number(v) || 1; view.changed() } })}
    ${form.repeat.repeat === 'weekly'
      ? html`<fieldset class="nhsuk-fieldset nhsuk-form-group">
        <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${w.onDays}</legend>
      <div class="nhsuk-checkboxes dk-days">${weekdays.map(d => checkbox({ id: `plan-${d}`, text: word(w.days, d),
        checked: form.repeat.days.includes(d),
        change: on => { form.repeat.days = weekdays.filter(x => x === d ? on
          : form.repeat.days.includes(x)); view.changed() } }))}</div></fieldset>` : nothing}
    ${textInput({ ...of('from'), label: w.from, hint: words.desk.value.london, type: 'time', value: form.plan.from, input: set('from') })}
    ${textInput({ ...of('to'), label: w.to, type: 'time', value: form.plan.to, input: set('to') })}
    ${textInput({ ...of('minutes'), label: w.minutes, inputmode: 'numeric', value: String(form.plan.minutes), input: set('minutes') })}
    ${select({ ...of('staff'), label: w.staff, value: form.plan.staff, empty: w.nobody, options: members(form.plan.staff),
      change: set('staff') })}
    <div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox({ id: 'plan-two', text: w.two,
      checked: Number(form.plan.at_door) === 2, change: on => { form.plan.at_door = on ? 2 : 1; view.changed() } })}</div>
    ${Number(form.plan.at_door) === 2 ? select({ ...of('second'), label: w.second, value: form.plan.second, empty: w.nobody,
      options: members(form.plan.second), change: set('second') }) : nothing}
    ${textInput({ ...of('start'), label: w.start, type: 'date', value: form.plan.start, input: set('start') })}
    ${textInput({ ...of('until'), label: w.last, hint: w.lastHint, type: 'date', value: form.plan.until, input: set('until') })}
    ${select({ ...of('closed_days'), label: w.closed, value: form.plan.closed_days === 'skip' ? '' : form.plan.closed_days,
      empty: w.closedDays.skip, change: v => set('closed_days')(v || 'skip'),
      options: Object.entries(w.closedDays).filter(([value]) => value !== 'skip').map(([value, text]) => ({ value, text })) })}
    <div class="dk-preview" role="status">${preview ? html`<p><strong>${w.preview}</strong> ${effect(preview)}</p>` : nothing}</div>
    <p class="ds-row">${button(form.id ? w.save : w.button, { submit: true, busy })}${button(words.desk.cancel, { kind: 'secondary',
      click: () =>
      { form = null; trouble = ''; open = ''; desk.redraw() } })}</p></form>`
  return view
}

/** That somebody leaves or has left, and when; '' for whoever stays. @param {import('../desk-context.js').Member} m */
const leaves = ({ inactive_since: at }) =>
  at ? fill(Date.parse(at) <= now() ? words.administration.left : words.administration.leaves, { at: when(at) }) : ''

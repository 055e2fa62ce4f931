// @ts-check
// A person new to the neighbourhood.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, checkbox, mightBe, select, teamOptions, textArea, textInput, troubleBox } from '../parts.js'
import { whyNot } from '../nhsnumber.js'
import { PracticeSearch } from '../practice-search.js'
import { newID } from '../ulid.js'

const w = words.desk.register

/** What is filled in, as it is sent. @param {Record<string, string>} set */
const filled = set => Object.fromEntries(Object.entries(set).filter(([, v]) => v.trim())
  .map(([k, v]) => [k, k === 'nhs_number' ? v.replace(/[ -]/g, '') : v.trim()]))

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function register(desk) {
  const id = newID() // sent twice, it registers once
  /** @type {Record<string, string>} */ const set = { family_name: '', given_name: '', date_of_birth: '', nhs_number: '', address: '',
      postcode: '', phone: '', practice: '', access_notes: '' }
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  const practices = new PracticeSearch(desk)
  /** @type {any[]} */ let alike = []
  let team = '', trouble = '', wrongNumber = '', taken = '', anyway = false, busy = false, turn = 0
  const view = {
    title: w.title,
    back: { to: 'people', text: words.desk.people.back },
    async load() {
      teams = await desk.ownTeams()
      if (teams.length === 1) team = `team:${teams[0].id}`
      await practices.begin()
    },
    async refresh() { /* a form */ },
    /** Whom of those who are here already it might be. */
    async compare() {
      const mine = ++turn
      const found = await desk.alike({ set: filled(set) }).catch(() => alike)
      if (mine === turn) { alike = found; desk.redraw() }
    },
    /** @param {SubmitEvent} e */
    async submit(e) {
      e.preventDefault()
      if (busy) return
      wrongNumber = set.nhs_number ? word(w.numberWrong, whyNot(set.nhs_number)) : ''
      const missing = !set.family_name.trim() ? w.needName : !team ? w.needTeam : wrongNumber
      if (missing) return view.refuse(missing)
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post('/people', { id, team: team.slice(5), set: filled(set), anyway })
        desk.say(fill(w.done, { name: personName(set) }))
        desk.go(`person/${answer.id}`, view)
      } catch (e2) {
        if (!(e2 instanceof Refusal)) throw e2
        if (e2.code === 'same_number') taken = set.nhs_number
        view.refuse(e2.message)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    /** @param {string} text */
    refuse(text) {
      trouble = text
      desk.redraw()
      requestAnimationFrame(() => document.getElementById('register-trouble')?.focus())
    },
    draw() {
      const field = (/** @type {string} */ name, /** @type {object} */ more = {}) =>
        textInput({ id: name, label: word(w.labels, name), value: set[name], input: v => { set[name] = v }, ...more })
      return html`<p>${w.intro}</p>${troubleBox('register-trouble', trouble)}
        <form @submit=${view.submit} novalidate>
        ${field('family_name', { blur: () => view.compare() })}${field('given_name', { blur: () => view.compare() })}
        ${field('date_of_birth', { type: 'date', blur: () => view.compare() })}
        ${mightBe(alike, w.alike)}
        ${field('nhs_number', { hint: w.numberHint, inputmode: 'numeric', error: wrongNumber,
              blur: () => { wrongNumber = set.nhs_number ? word(w.numberWrong, whyNot(set.nhs_number))
              : ''; if (set.nhs_number !== taken) { taken = ''; anyway = false } desk.redraw(); view.compare() } })}
        ${taken ? html`<div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox(
          { id: 'anyway', text: w.anyway, hint: w.anywayHint, checked: anyway, change: v => { anyway = v } })}</div>` : nothing}
        ${textArea({ id: 'address', label: w.labels.address, value: set.address, rows: 2, input: v => { set.address = v } })}
        ${field('postcode', { blur: () => view.compare() })}${field('phone', { type: 'tel', blur: () => view.compare() })}
        ${textInput({ id: 'practice-find', label: w.practiceFind, value: practices.text, input: v => practices.find(v) })}
        ${select({ id: 'practice', label: w.labels.practice, hint: w.practiceHint, empty: w.noPractice, value: set.practice,
            options: practices.options(set.practice), change: v => { set.practice = v } })}
        ${textArea({ id: 'access_notes', label: w.labels.access_notes, value: set.access_notes, rows: 2,
            input: v => { set.access_notes = v } })}
        ${select({ id: 'register-team', label: w.team, value: team, options: teamOptions(teams), change: v => { team = v } })}
        ${button(w.button, { submit: true, busy })}</form>`
    },
  }
  return view
}

// @ts-check
// Taking in people, practices or plans of visits from a file. The report grows while it is taken in; refused rows are mended
// and tried again.
import { announce, html, nothing } from '../../shared/ui/html.js'
import { Refusal } from '../../shared/ui/session.js'
import { base64, columnOf, columns, largestFile, Report, tableOf } from '../import-file.js'
import { button, checkbox, facts, group, radios, select, tag, teamOptions, textInput, troubleBox } from '../parts.js'
import { count, fill, word, words } from '../words.js'

const w = words.desk.imports
const shownAtOnce = 100

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function imports(desk) {
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** @type {import('../import-file.js').Kind} */ let kind = 'people'
  /** @type {File | null} */ let file = null
  let team = '', update = false, trouble = '', busy = false, shown = shownAtOnce, open = true
  /** @type {string[]} */ let leaveOut = []
  /** @type {Report | null} */ let report = null
  /** The row that is being mended. @type {import('../import-file.js').Line | null} */ let mending = null
  /** @type {Record<string, string>} */ let cells = {}

  /** @param {string} content @param {number} from @returns {Promise<import('../import-file.js').Answer>} */
  const send = (content, from) => desk.session.post('/imports',
    { kind, file: content, from, team: kind === 'directory' ? '' : team.slice(5), update, leave_out: leaveOut })

  const view = {
    title: w.title,
    back: { to: 'people', text: words.desk.people.back },
    async load() {
      teams = await desk.ownTeams()
      if (teams.length === 1) team = `team:${teams[0].id}`
    },
    async refresh() { /* a form, and a report that is under way */ },
    close() { open = false },
    /** @param {string} text */
    refuse(text) {
      trouble = text
      desk.redraw()
      requestAnimationFrame(() => document.getElementById('imports-trouble')?.focus())
    },
    async take() {
      if (busy) return
      const missing = !file ? w.needFile : file.size > largestFile ? w.tooLarge : kind !== 'directory' && !team ? w.needTeam : ''
      if (missing) return view.refuse(missing)
      busy = true
      trouble = ''
      mending = null
      shown = shownAtOnce
      const growing = report = new Report()
      desk.redraw()
      try {
        const bytes = await /** @type {File} */ (file).arrayBuffer().catch(() => null) // it was changed or taken away since it was chosen
        if (!bytes) {
          report = null
          return view.refuse(w.unreadable)
        }
        const content = base64(new Uint8Array(bytes))
        while (open && growing.last.more) {
          growing.add(await send(content, growing.rows))
          desk.redraw()
        }
        announce(said(growing), { urgent: !growing.whole })
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        view.refuse(growing.rows ? fill(w.stopped, { rows: count(growing.rows, w.rows), why: e.message }) : e.message)
      } finally {
        busy = false
        desk.redraw()
        requestAnimationFrame(() => document.getElementById('imports-report')?.focus())
      }
    },
    leaveThemOut() {
      leaveOut = [...leaveOut, ...(report?.last.unknown ?? [])]
      return view.take()
    },
    /** @param {import('../import-file.js').Line} line */
    mend(line) {
      mending = line
      cells = { ...line.cells }
      trouble = ''
      desk.redraw()
      requestAnimationFrame(() => document.getElementById(`mend-${columnOf(line)}`)?.focus())
    },
    async tryAgain() {
      if (busy || !mending || !report) return
      const line = mending
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await send(base64(new TextEncoder().encode(tableOf(kind, cells))), 0)
        const [now] = answer.lines
        if (!now) return view.refuse(answer.problem ?? w.nothingRead)
        report.mended(line, now)
        if (now.outcome === 'refused') {
          mending = report.look.find(other => other.where === line.where && other.reason === now.reason) ?? null
          announce(fill(w.still, { why: now.reason ?? '' }), { urgent: true })
        } else {
          mending = null
          announce(fill(w.isIn, { where: line.where, outcome: word(w.outcomes, now.outcome) }))
        }
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        view.refuse(e.message)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    /** @param {string} v */
    choose(v) {
      kind = v === 'directory' || v === 'plan' ? v : 'people'
      report = mending = null
      desk.redraw()
    },
    /** @param {any} e */
    chosen(e) {
      file = e.target.files[0] ?? null
      leaveOut = []
      report = null
      desk.redraw()
    },
    form: () => html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.take() }}>
      <fieldset class="nhsuk-fieldset" ?disabled=${busy}>
      ${radios({ name: 'kind', legend: w.kind, value: kind, change: view.choose, options: [
        { value: 'people', text: w.kinds.people, hint: w.kindHints.people },
        { value: 'directory', text: w.kinds.directory, hint: w.kindHints.directory },
        { value: 'plan', text: w.kinds.plan, hint: w.kindHints.plan }] })}
      ${group({ id: 'import-file', label: w.file, hint: w.fileHint, control: html`<input class="dk-file" type="file" id="import-file"
          aria-describedby="import-file-hint" accept=".csv,.txt,.tsv,.json,.ndjson,.xml,.gz,.zip" @change=${view.chosen}>` })}
      ${kind !== 'directory' ? html`${select({ id: 'import-team', label: kind === 'plan' ? w.planTeam : w.team,
            hint: kind === 'plan' ? w.planTeamHint : w.teamHint, value: team, options: teamOptions(teams),
            change: v => { team = v } })}
        <div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox({ id: 'import-update', text: w.update,
            hint: kind === 'plan' ? w.planUpdateHint : w.updateHint,
            checked: update, change: on => { update = on } })}</div>` : nothing}</fieldset>
      <p>${button(busy ? w.busy : w.button, { submit: true, busy })}</p></form>`,
    /** @param {import('../import-file.js').Line} line */
    line: line => html`<li class="dk-card ${line.outcome === 'refused' ? 'dk-card--late' : ''}">
      <span>${tag(word(w.outcomes, line.outcome), line.outcome === 'refused' ? 'bad' : line.outcome === 'differs' ? 'warn' : 'good')}
        <strong>${line.where}</strong>
        ${kind === 'directory' || !line.subject ? line.subject ?? nothing
          : kind === 'plan' ? html`<a href="#/plan/${line.subject}">${w.openPlan}</a>`
            : html`<a href="#/person/${line.subject}">${w.openPerson}</a>`}</span>
      ${line.reason && line !== mending ? html`<span>${why(line)}</span>` : nothing}
      ${(line.notes ?? []).map(note => html`<span class="ds-soft">${note}</span>`)}
      ${line !== mending && line.outcome === 'refused' && Object.values(line.cells ?? {}).some(Boolean)
        ? html`<p>${button(w.mend, { kind: 'secondary', label: fill(w.mendOf, { where: line.where }),
            click: () => view.mend(line) })}</p>` : nothing}
      ${line === mending ? view.mendForm(line) : nothing}</li>`,
    /** @param {import('../import-file.js').Line} line */
    mendForm: line => html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.tryAgain() }}>
      ${columnOf(line) in w.columns ? nothing : html`<p class="dk-wrong">${why(line)}</p>`}
      ${columns[kind].map(column => textInput({ id: `mend-${column}`, label: word(w.columns, column), value: cells[column] ?? '',
        wide: true, error: columnOf(line) === column ? why(line) : undefined, input: v => { cells = { ...cells, [column]: v } } }))}
      <p>${button(w.tryAgain, { submit: true, busy })}
        ${button(words.desk.cancel, { kind: 'secondary', click: () => { mending = null; desk.redraw() } })}</p></form>`,
    /** @param {Report} r */
    report: r => html`<section aria-labelledby="imports-report">
      <h2 class="nhsuk-heading-m" id="imports-report" tabindex="-1">
        ${busy ? fill(w.growing, { rows: count(r.rows, w.rows) }) : said(r)}</h2>
      ${r.last.problem ? html`<div class="ds-banner ds-banner--bad"><p>${r.last.problem}</p>
        ${r.last.unknown?.length ? button(fill(w.leaveOut, { columns: r.last.unknown.join(', ') }),
            { kind: 'secondary', click: view.leaveThemOut }) : nothing}</div>` : nothing}
      ${(r.last.missing ?? []).map(sentence => html`<p class="ds-banner ds-banner--warn">${sentence}</p>`)}
      ${facts(Object.entries(r.counts).filter(([, n]) => n > 0).map(([outcome, n]) => [word(w.outcomes, outcome), String(n)]))}
      ${(r.last.remarks ?? []).map(sentence => html`<p>${sentence}</p>`)}
      ${Object.keys(r.last.left_out ?? {}).length ? html`<details class="nhsuk-details">
        <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.leftOut}</span></summary>
        <div class="nhsuk-details__text"><ul>${Object.entries(r.last.left_out ?? {})
            .map(([what, n]) => html`<li>${n ? `${what} (${n})` : what}</li>`)}</ul></div></details>` : nothing}
      ${r.look.length ? html`<h3 class="nhsuk-heading-s">${count(r.look.length, w.look)}</h3>
        <ul class="dk-list">${r.look.slice(0, shown).map(view.line)}</ul>
        ${r.look.length > shown ? button(w.more, { kind: 'secondary',
            click: () => { shown += shownAtOnce; desk.redraw() } }) : nothing}`
        : nothing}
    </section>`,
    draw: () => html`<p>${w.intro}</p>${troubleBox('imports-trouble', trouble)}${view.form()}
      ${report ? view.report(report) : nothing}`,
  }
  return view
}

/** In one line what a file came to. @param {Report} r */
const said = r => r.rows === 0 && r.last.problem ? w.nothing
  : fill(r.whole ? w.done : w.notAll, { rows: count(r.rows, w.rows) })

/** Why a row was refused, with the column by its name. @param {import('../import-file.js').Line} line */
function why(line) {
  const column = columnOf(line)
  return column in w.columns ? `${word(w.columns, column)}${(line.reason ?? '').slice(column.length)}` : line.reason ?? ''
}

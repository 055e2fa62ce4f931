// @ts-check
// Small charts over time, with the same facts as a table for those who cannot see them: NEWS2 totals, whose bands
// are drawn as shapes and named (colour is only an addition), and readings that NEWS2 does not score.
import { html, nothing, svg } from './html.js'
import { when } from './format.js'
import { labelOf, latest, measuredOverTime, valueText } from './readings.js'
import { fill, word, words } from './words.js'

/** One scored set. @typedef {{ at: string, total: number | null, floor: number, band: string, ageUnknown?: boolean }} Point */
/** A mark in a chart. @typedef {{ at: string, value: number, text: string, hollow?: boolean, cells: string[] }} Mark */

const width = 320, height = 190, left = 32, bottom = 26, top = 12, most = 20

/**
 * Draws the last sets, oldest left. An incomplete set is a hollow mark at the least it can be.
 * @param {Point[]} points in any order
 * @param {{ title: string, now?: number }} o
 */
export function trend(points, { title, now }) {
  const c = words.common.chart, list = latest(points)
  if (!list.length) return nothing
  const total = (/** @type {Point} */ p) => String(p.total ?? fill(c.atLeast, { n: p.floor }))
  const unknown = words.common.ageUnknown
  const band = (/** @type {Point} */ p) => word(words.common.bands, p.band) + (p.ageUnknown ? `. ${unknown}` : '')
  const last = list[list.length - 1]
  return draw({ title: list.some(p => p.ageUnknown) ? `${title} (${unknown})` : title, now, low: 0, high: most, columns: [c.total, c.band],
    lines: [0, 5, 7, most].map(value => ({ value, strong: value === 5 || value === 7 })),
    summary: fill(c.summary, { n: list.length, total: total(last), at: when(last.at, now), band: band(last) }),
    marks: list.map(p => ({ at: p.at, value: p.total ?? p.floor, text: p.total === null ? `${p.floor}+` : String(p.total),
      hollow: p.total === null, cells: [total(p), band(p)] })) })
}

/**
 * Draws each reading that has a course.
 * @param {import('./readings.js').Measured[]} sets
 * @param {{ now?: number, which?: readonly import('../readings.js').Reading[] }} o
 */
export function courses(sets, { now, which }) {
  const c = words.common.chart
  return measuredOverTime(sets, which).map(({ name, title, list }) => {
    const values = list.map(p => p.value), low = Math.min(...values), high = Math.max(...values), last = list[list.length - 1]
    const room = (high - low || 1) * 0.2
    return draw({ title, now, low: low - room, high: high + room, columns: [labelOf(name)],
      lines: [...new Set([low, high])].map(value => ({ value })),
      summary: fill(c.course, { title, n: list.length, value: valueText(name, last.value), at: when(last.at, now) }),
      marks: list.map(({ at, value }) => ({ at, value, text: valueText(name, value).split(' ')[0], cells: [valueText(name, value)] })) })
  })
}

/**
 * @param {object} o
 * @param {string} o.title @param {string} o.summary what a reader who cannot see it hears @param {number} [o.now]
 * @param {number} o.low @param {number} o.high the values at the bottom and the top
 * @param {{ value: number, strong?: boolean }[]} o.lines @param {string[]} o.columns of the table, beside the time
 * @param {Mark[]} o.marks oldest first
 */
function draw({ title, summary, now, low, high, lines, columns, marks }) {
  const y = (/** @type {number} */ value) => top + (height - top - bottom) * (1 - (Math.min(value, high) - low) / (high - low))
  const first = Date.parse(marks[0].at), last = Date.parse(marks[marks.length - 1].at)
  const x = (/** @type {Mark} */ m) => marks.length === 1 ? (width + left) / 2
    : left + 8 + (width - left - 20) * ((Date.parse(m.at) - first) / (last - first || 1))
  return html`<figure class="ds-figure nhsuk-u-margin-0">
    <figcaption class="nhsuk-u-font-weight-bold">${title}</figcaption>
    <svg class="ds-chart" viewBox="0 0 ${width} ${height}" role="img" aria-label=${summary}>
      ${lines.map(l => svg`<line x1=${left} x2=${width} y1=${y(l.value)} y2=${y(l.value)} stroke="currentColor"
            stroke-opacity=${l.strong ? 0.7 : 0.2} stroke-dasharray=${l.strong ? '4 3' : 'none'}></line>
        <text x=${left - 4} y=${y(l.value) + 5} font-size="14" text-anchor="end" fill="currentColor">${l.value}</text>`)}
      <polyline points=${marks.map(m => `${x(m).toFixed(1)},${y(m.value).toFixed(1)}`).join(' ')} fill="none" stroke="currentColor"
        stroke-width="1.5"></polyline>
      ${marks.map(m => svg`<circle cx=${x(m)} cy=${y(m.value)} r="5" fill=${m.hollow ? 'var(--card)' : 'currentColor'}
            stroke="currentColor" stroke-width="2"></circle>
        <text x=${x(m)} y=${Math.max(y(m.value) - 9, 12)} font-size="15" font-weight="700" text-anchor="middle"
          fill="currentColor">${m.text}</text>`)}
      <text x=${left + 8} y=${height - 6} font-size="14" fill="currentColor">${when(marks[0].at, now)}</text>
      ${marks.length > 1 ? svg`<text x=${width - 2} y=${height - 6} font-size="14" text-anchor="end"
          fill="currentColor">${when(marks[marks.length - 1].at, now)}</text>` : nothing}
    </svg>
    <details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${words.common.chart.asTable}</span></summary>
      <table class="nhsuk-table"><thead><tr><th scope="col">${words.common.chart.when}</th>
        ${columns.map(c => html`<th scope="col">${c}</th>`)}</tr></thead>
      <tbody>${[...marks].reverse()
        .map(m => html`<tr><td>${when(m.at, now)}</td>${m.cells.map(c => html`<td>${c}</td>`)}</tr>`)}</tbody></table>
    </details>
  </figure>`
}

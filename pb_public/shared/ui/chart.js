// @ts-check
// A small chart of NEWS2 totals over time, with the same facts as a table for those who cannot see
// it. Bands are drawn as shapes and named; colour is only an addition.
import { html, nothing, svg } from './html.js'
import { when } from './format.js'
import { fill, word, words } from './words.js'

/** One scored set. @typedef {{ at: string, total: number | null, floor: number, band: string }} Point */

const width = 320, height = 140, left = 28, bottom = 22, top = 8, most = 20

/** @param {number} total */
const y = total => top + (height - top - bottom) * (1 - Math.min(total, most) / most)

/**
 * Draws the last sets, oldest left. An incomplete set is a hollow mark at the least it can be.
 * @param {Point[]} points in any order
 * @param {{ title: string, now?: number }} o
 */
export function trend(points, { title, now }) {
  const list = points.filter(p => p.at).sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-12)
  if (!list.length) return nothing
  const first = Date.parse(list[0].at), last = Date.parse(list[list.length - 1].at)
  const x = (/** @type {Point} */ p) => list.length === 1 ? (width + left) / 2
    : left + 8 + (width - left - 20) * ((Date.parse(p.at) - first) / (last - first || 1))
  const value = (/** @type {Point} */ p) => p.total ?? p.floor
  const line = list.map(p => `${x(p).toFixed(1)},${y(value(p)).toFixed(1)}`).join(' ')
  return html`<figure class="ds-figure nhsuk-u-margin-0">
    <figcaption class="nhsuk-u-font-weight-bold">${title}</figcaption>
    <svg class="ds-chart" viewBox="0 0 ${width} ${height}" role="img" aria-label=${summary(list, now)}>
      ${[0, 5, 7, most].map(n => svg`<line x1=${left} x2=${width} y1=${y(n)} y2=${y(n)} stroke="currentColor"
            stroke-opacity=${n === 5 || n === 7 ? 0.7 : 0.2} stroke-dasharray=${n === 5 || n === 7 ? '4 3' : 'none'}></line>
        <text x=${left - 4} y=${y(n) + 4} font-size="11" text-anchor="end" fill="currentColor">${n}</text>`)}
      <polyline points=${line} fill="none" stroke="currentColor" stroke-width="1.5"></polyline>
      ${list.map(p => svg`<circle cx=${x(p)} cy=${y(value(p))} r="5" fill=${p.total === null ? 'var(--card)' : 'currentColor'}
            stroke="currentColor" stroke-width="2"></circle>
        <text x=${x(p)} y=${Math.max(y(value(p)) - 9, 10)} font-size="12" font-weight="700" text-anchor="middle"
          fill="currentColor">${p.total ?? `${p.floor}+`}</text>`)}
      <text x=${left + 8} y=${height - 6} font-size="11" fill="currentColor">${when(list[0].at, now)}</text>
      ${list.length > 1 ? svg`<text x=${width - 2} y=${height - 6} font-size="11" text-anchor="end"
          fill="currentColor">${when(list[list.length - 1].at, now)}</text>` : nothing}
    </svg>
    <details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${words.common.chart.asTable}</span></summary>
      <table class="nhsuk-table"><thead><tr><th scope="col">${words.common.chart.when}</th><th scope="col">${words.common.chart.total}</th>
        <th scope="col">${words.common.chart.band}</th></tr></thead>
      <tbody>${[...list].reverse()
        .map(p => html`<tr><td>${when(p.at, now)}</td><td>${p.total ?? fill(words.common.chart.atLeast, { n: p.floor })}</td>
            <td>${word(words.common.bands, p.band)}</td></tr>`)}</tbody></table>
    </details>
  </figure>`
}

/** @param {Point[]} list @param {number} [now] */
function summary(list, now) {
  const p = list[list.length - 1]
  return fill(words.common.chart.summary, { n: list.length, total: p.total ?? fill(words.common.chart.atLeast, { n: p.floor }),
        at: when(p.at, now), band: word(words.common.bands, p.band) })
}

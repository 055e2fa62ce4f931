// @ts-check
// A measure by the week: an XmR chart, the mean and the limits within which it moves by chance, with the same numbers as a table.
import { date } from '../shared/ui/format.js'
import { html, nothing, svg } from '../shared/ui/html.js'
import { charted, figure, number, say } from './values.js'
import { fill, words } from './words.js'

const w = words.board, c = w.chart
const width = 340, height = 130, left = 4, right = 4, top = 10, bottom = 18, mostWeeks = 26
const mostNamed = 5 // weeks that stand out and are named; they are marked in the picture and in the table

/**
 * @typedef {{ code: string, kind: string, lower?: boolean, cells: import('./values.js').Cell[],
 *   chart: { mean: number | null, lower: number | null, upper: number | null, signal: boolean[] } }} Chart
 */

/** @param {Chart} chart @param {string[]} weeks their Mondays @param {any} behind */
export function runChart(chart, weeks, behind) {
  const { code, kind } = chart
  const title = w.measures[/** @type {keyof typeof w.measures} */ (code)]
  const from = Math.max(0, weeks.length - mostWeeks)
  const values = chart.cells.map(cell => charted(cell, kind)), shown = values.slice(from)
  const known = shown.filter(v => v !== null), limits = chart.chart
  const last = chart.cells[chart.cells.length - 1]
  const signals = weeks.filter((_, i) => i >= from && limits.signal[i])
  const told = !known.length ? c.noValue : limits.mean === null ? fill(c.few, { n: values.filter(v => v !== null).length })
    : limits.lower === limits.upper ? fill(c.same, { mean: say(limits.mean, kind, code) })
    : fill(c.mean, { mean: say(limits.mean, kind, code), lower: say(floor(limits.lower), kind, code),
      upper: say(ceiling(limits.upper, kind), kind, code) })
  return html`<figure class="bo-chart"><figcaption><h3 class="nhsuk-heading-s">${title}</h3>
      <p>${fill(c.last, { value: figure(last, kind, code) })}</p></figcaption>
    ${known.length ? picture(shown, limits, from, kind, `${title}. ${fill(c.last, { value: figure(last, kind, code) })}. ${told}`)
      : nothing}
    <p class="bo-told">${told} ${limits.mean === null || limits.lower === limits.upper ? nothing : !signals.length ? c.none
      : signals.length > mostNamed ? fill(c.signalsMany, { n: signals.length, from: date(signals[0]) })
        : fill(c.signals, { list: signals.map(day => date(day)).join(', ') })}</p>
    <div class="bo-screen">
      <details><summary>${c.definition}</summary>
        <p>${w.definitions[/** @type {keyof typeof w.definitions} */ (code)]}</p></details>
      <details><summary>${c.table}</summary>
        <div class="bo-scroll" tabindex="0" role="region" aria-label=${title}><table class="nhsuk-table">
        <thead><tr>${[c.week, c.value, c.n, c.left, c.signal].map(h => html`<th scope="col">${h}</th>`)}</tr></thead>
        <tbody>${weeks.map((day, i) => html`<tr><th scope="row">${date(day)}</th><td>${figure(chart.cells[i], kind, code)}</td>
          <td>${number(chart.cells[i]?.of)}</td><td>${number(chart.cells[i]?.left_out)}</td>
          <td>${limits.signal[i] ? c.yes : nothing}</td></tr>`)
        .reverse()}</tbody></table></div></details>${behind}</div></figure>`
}

/** No measure is less than nothing. @param {number | null} n */
const floor = n => (n === null ? n : Math.max(0, n))
/** No share is more than all. @param {number | null} n @param {string} kind */
const ceiling = (n, kind) => (n === null || kind !== 'share' ? n : Math.min(1, n))

/**
 * @param {(number | null)[]} values @param {Chart['chart']} limits @param {number} from the first that is drawn
 * @param {string} kind @param {string} label what a reader who cannot see it hears
 */
function picture(values, limits, from, kind, label) {
  const lines = [floor(limits.lower), limits.mean, ceiling(limits.upper, kind)].filter(n => n !== null)
  const all = [...values.filter(v => v !== null), ...lines]
  const low = Math.min(...all), high = Math.max(...all), room = (high - low || Math.abs(high) || 1) * 0.12
  const y = (/** @type {number} */ v) => top + (height - top - bottom) * (1 - (v - low + room) / (high - low + 2 * room))
  const x = (/** @type {number} */ i) => left + (width - left - right) * (values.length === 1 ? 0.5 : i / (values.length - 1))
  /** @type {string[]} */ const parts = []
  let pen = false
  values.forEach((v, i) => {
    if (v === null) { pen = false; return }
    parts.push(`${pen ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`)
    pen = true
  })
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${label} class="bo-svg">
    ${lines.map((v, i) => svg`<line x1=${left} x2=${width - right} y1=${y(v)} y2=${y(v)}
      class=${lines.length === 3 && i === 1 ? 'bo-mean' : 'bo-limit'}></line>`)}
    <path d=${parts.join('')} class="bo-line"></path>
    ${values.map((v, i) => (v === null ? nothing : limits.signal[from + i]
      ? svg`<rect x=${x(i) - 4} y=${y(v) - 4} width="8" height="8" class="bo-signal"></rect>`
      : svg`<circle cx=${x(i)} cy=${y(v)} r="2.5" class="bo-point"></circle>`))}
  </svg>`
}

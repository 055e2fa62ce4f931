// @ts-check
// The questions of the template of a visit's purpose.
import { html, nothing } from '../../shared/ui/html.js'
import { words } from '../../shared/ui/words.js'
import { unlikely } from '../model/details.js'
import { choice, field } from './parts.js'

/**
 * @param {readonly import('../../shared/templates.js').Question[]} questions @param {Record<string, string>} answers
 * @param {(code: string, value: string) => void} change
 */
export function details(questions, answers, change) {
  const w = words.app.details
  if (!questions.length) return nothing
  return html`<fieldset class="nhsuk-fieldset app-vitals"><legend
      class="nhsuk-fieldset__legend nhsuk-fieldset__legend--m">${w.legend}</legend>
    <p class="nhsuk-hint">${w.hint}</p>${questions.map(q => question(q, answers[q.code] ?? '', v => change(q.code, v)))}</fieldset>`
}

/** @param {import('../../shared/templates.js').Question} q @param {string} value @param {(value: string) => void} change */
function question(q, value, change) {
  const w = words.app.details, name = `detail-${q.code}`
  switch (q.kind) {
    case 'yes_no': return choice({ name, legend: q.label, options: { [w.yes]: w.yes, [w.no]: w.no }, value, inline: true, change })
    case 'choice': return choice({ name, legend: q.label, options: Object.fromEntries((q.options ?? []).map(o => [o, o])), value,
      inline: true, change })
    case 'number': return field({ id: name, label: q.label, unit: q.unit, mode: 'decimal', width: 'nhsuk-input--width-4', value, change,
      warn: unlikely(q, value) ? words.app.visit.doubts.unlikely : '' })
  }
  return field({ id: name, label: q.label, unit: q.unit, value, change })
}

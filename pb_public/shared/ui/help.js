// @ts-check
// Help as every page shows it: what its words mean, and what to do when something happens.
import { html } from './html.js'

/** @typedef {{ title: string, rows: readonly (readonly string[])[] }} Section rows: a word or a case, and what it means or what to do */

/** @param {readonly Section[]} sections @param {{ inDialog?: boolean }} [how] in a dialog they stand below its own heading */
export const helpSections = (sections, { inDialog = false } = {}) => sections.map(s => html`<section class="ds-help">
  ${inDialog ? html`<h3>${s.title}</h3>` : html`<h2 class="nhsuk-heading-m">${s.title}</h2>`}
  <dl>${s.rows.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl></section>`)

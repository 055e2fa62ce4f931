// @ts-check
// What the template of a visit asked, as every text and page shows it: each answer beside its question.

/** @typedef {{ code: string, label: string, value: string, unit?: string }} Detail */

/** @param {unknown} details @returns {string[]} */
export const detailLines = details => (Array.isArray(details) ? /** @type {Detail[]} */ (details) : [])
  .map(d => `${d.label}: ${d.value}${d.unit ? ` ${d.unit}` : ''}`)

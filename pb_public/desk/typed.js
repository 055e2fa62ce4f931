// @ts-check
// Between what stands in inputs and the values of a record.
import { fromLocal, toLocal } from '../shared/ui/london.js'

/**
 * What the inputs start with.
 * @param {import('./desk-context.js').DeskContext} desk
 * @param {string} collection
 * @param {string} field
 * @param {any} value
 */
export function typedOf(desk, collection, field, value) {
  if (value === null || value === undefined) return ''
  const info = desk.fieldsByName.get(`${collection}.${field}`)
  if (info?.kind === 'time') return toLocal(value)
  if (Array.isArray(value)) return value.join(info?.values?.length ? ',' : ', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/**
 * The value that was typed; undefined for what is none of its kind.
 * @param {import('./desk-context.js').DeskContext} desk
 * @param {string} collection
 * @param {string} field
 * @param {any} typed
 */
export function valueOf(desk, collection, field, typed) {
  const info = desk.fieldsByName.get(`${collection}.${field}`)
  const text = String(typed ?? '').trim()
  if (text === '') return info?.kind === 'list' ? [] : null
  switch (info?.kind) {
    case 'int': return /^-?[0-9]+$/.test(text) ? Number(text) : undefined
    case 'decimal': return /^-?[0-9]+([.,][0-9]+)?$/.test(text) ? Number(text.replace(',', '.')) : undefined
    case 'bool': return text === 'true'
    case 'time': return fromLocal(text) || undefined
    case 'list': return text.split(',').map(v => v.trim()).filter(Boolean)
  }
  return String(typed)
}

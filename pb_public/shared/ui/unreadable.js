// @ts-check
// What is stored and cannot be read at the moment is never shown as if nobody had recorded it.
import { fill, words } from './words.js'

/** The fields of a record that are stored and cannot be read. @param {any} record @returns {string[]} */
export const unreadableFields = record => (Array.isArray(record?.unreadable) ? record.unreadable : [])

/** @param {any} record @param {string} name */
export const cannotBeRead = (record, name) => unreadableFields(record).includes(name)

/** What a field is called. @param {string} name */
const nameOf = name => /** @type {Record<string, string>} */ (words.common.cannotRead.fields)[name] ??
  /** @type {Record<string, string>} */ (words.common.readings)[name] ?? name.replaceAll('_', ' ')

/** "Pulse: cannot be read". @param {string} name */
export const unreadableText = name => fill(words.common.cannotRead.line, { field: nameOf(name) })

/** A line for each field of a record that cannot be read. @param {any} record */
export const unreadableTexts = record => unreadableFields(record).map(unreadableText)

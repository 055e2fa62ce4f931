// @ts-check
// That another service makes, or has made, the same visit: on the round and on the person's page, before anybody leaves.
import { when } from '../../shared/ui/format.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { startOf } from '../model/duplicates.js'
import { banner } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** The organisation of a team, '' where it is not known. @param {App} app */
export const serviceOf = app => (/** @type {string} */ team) => app.get('teams', team)?.organisation ?? ''

/** @param {App} app @param {readonly any[]} list of model/duplicates.js */
export const duplicates = (app, list) => list.map(v => banner(
  fill(v.status === 'completed' ? words.app.duplicates.made : words.app.duplicates.planned,
    { team: app.get('teams', v.team)?.name ?? '', purpose: word(words.app.purposes, v.purpose), at: when(startOf(v), app.now()) }), 'warn'))

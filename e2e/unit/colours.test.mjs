// Whatever the pointer is over, and whatever is pressed, takes our colours: those of nhsuk-frontend are for a light page alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const css = (/** @type {string} */ file) => readFileSync(new URL('../../pb_public/' + file, import.meta.url), 'utf8').replace(/\/\*[^]*?\*\//g, '')

/** The selectors of the rules that set the colour of a text. @param {string} text @param {RegExp} colour */
const coloured = (text, colour) => [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)]
  .filter(([, , says]) => says.split(';').some(s => colour.test(s.trim())))
  .flatMap(([, selectors]) => selectors.split(',').map(s => s.trim()))

test('a link that somebody points at, presses or has followed has a colour of ours, in the dark too', () => {
  const ours = new Set(coloured(css('shared/ui/base.css'), /^color:/))
  const theirs = coloured(css('vendor/nhsuk/nhsuk.css'), /^color:\s*#/)
    .filter(s => /:(hover|active|visited)/.test(s) && !/button|select/.test(s)) // which have a ground of their own
  assert.ok(theirs.length >= 8, `only ${theirs.length} were found`)
  assert.deepEqual(theirs.filter(s => !ours.has(s)), [])
})

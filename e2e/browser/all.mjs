// Tells every story: a few files at a time in one Chromium, each story in a context of its own. Most of a story is
// waiting, so more files than processors are told at once; the longest begin first. Nothing is told twice.
//
//   node browser/all.mjs                   every file
//   node browser/all.mjs desk-people kit   those
import { readdirSync, statSync } from 'node:fs'
import { run } from 'node:test'
import report from '../report.mjs'
import { serveBrowser } from './kit.mjs'

const atOnce = 4
const here = new URL('.', import.meta.url)
const asked = process.argv.slice(2)
const left = readdirSync(here).filter(file => file.endsWith('.test.mjs') && (asked.length === 0 || asked.includes(file.replace('.test.mjs', ''))))
  .map(file => new URL(file, here).pathname).sort((a, b) => statSync(b).size - statSync(a).size)

/** What each file told, file after file as they end. */
async function * told() {
  /** @type {Promise<any>[]} */ const under = []
  const next = () => {
    const file = left.shift()
    if (!file) return
    const ended = all(run({ files: [file] })).then(events => ({ ended, events }))
    under.push(ended)
  }
  for (let i = 0; i < atOnce; i++) next()
  while (under.length > 0) {
    const { ended, events } = await Promise.race(under)
    under.splice(under.indexOf(ended), 1)
    next()
    yield * events
    yield { type: 'file:end' }
  }
}

/** @template T @param {AsyncIterable<T>} list @returns {Promise<T[]>} */
async function all(list) {
  const found = []
  for await (const one of list) found.push(one)
  return found
}

const browser = await serveBrowser()
for await (const line of report(told())) {
  if (line.startsWith('FAIL')) process.exitCode = 1
  process.stdout.write(line)
}
await browser.close()

// Runs the test files of a part, some at a time, and tells of each when it ends. Nothing is run twice.
//
//   node tests.mjs js                        the client and the pages' logic
//   node tests.mjs browser                   the pages in a real browser
//   node tests.mjs browser desk-people kit   those files
import { readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { run } from 'node:test'
import { serveBrowser } from './browser/kit.mjs'
import report from './report.mjs'
import { shareTemplate } from './stand/stand.mjs'

/** @type {Record<string, { folders: string[], atOnce: number, first: string[] }>} much of a story is waiting, so more at once than there are processors; the longest begin first */
const parts = {
  js: { folders: ['sync', 'unit'], atOnce: 3, first: ['faults', 'movers', 'walks', 'mistakes', 'restore'] },
  browser: { folders: ['browser'], atOnce: 4, first: ['app-stories', 'desk-decide', 'practice-work'] },
}
const [part = '', ...asked] = process.argv.slice(2)
if (!(part in parts)) throw new Error(`name one of ${Object.keys(parts).join(', ')}`)
const { folders, atOnce, first } = parts[part]
/** @param {string} file its place in the queue */
const place = file => {
  const at = first.indexOf(basename(file, '.test.mjs'))
  return at < 0 ? first.length : at
}

const left = folders.flatMap(folder => {
  const at = new URL(folder + '/', import.meta.url)
  return readdirSync(at).filter(file => file.endsWith('.test.mjs') && (asked.length === 0 || asked.includes(file.replace('.test.mjs', ''))))
    .map(file => new URL(file, at).pathname)
}).sort((a, b) => place(a) - place(b) || statSync(b).size - statSync(a).size)

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

const forget = shareTemplate()
const browser = part === 'browser' ? await serveBrowser() : null
for await (const line of report(told(), part)) {
  if (line.startsWith('FAIL') || line.startsWith(`${part}: 0 passed`)) process.exitCode = 1
  process.stdout.write(line)
}
await browser?.close()
forget()

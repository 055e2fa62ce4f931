// Reports what Node's test runner tells: prints everything a failing test says, at last one line "PART: N passed, N failed",
// and writes the failures to dist/test/PART.failed, each with the command that repeats it. .ci/parts says what becomes of
// both.
import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inspect } from 'node:util'

const dist = new URL('../dist/test/', import.meta.url)

/**
 * The command that runs one test of a file again. A test within another is run with all of its file.
 * @param {string} file @param {string} name "" for the whole file
 */
const command = (file, name) => `cd e2e && node --test ${name && `--test-name-pattern='${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", "'\\''")}' `}${file}`

/** @param {AsyncIterable<any>} events the runner's, and `file:end` after those of each file @param {string} part */
export default async function * (events, part) {
  let passed = 0
  const failed = []
  let current = { file: '', passed: 0, failed: 0 }
  const ended = () => current.file === '' ? '' : `${current.failed > 0 ? 'FAIL' : 'ok  '}  ${current.file}  ${current.passed} passed, ${current.failed} failed\n`
  for await (const { type, data } of events) {
    if (type === 'file:end') {
      yield ended()
      current = { file: '', passed: 0, failed: 0 }
      continue
    }
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const file = relative(process.cwd(), data.file ?? '')
    current.file = file
    const whole = data.name === data.file || data.name === file // which is told of a file that broke, or held no test
    if (type === 'test:pass' && !whole) {
      if (data.skip !== undefined || data.todo !== undefined) yield `skip  ${file} ${data.name}\n`
      else if (data.details.type !== 'suite') { passed++; current.passed++ }
      continue
    }
    if (data.details.error?.failureType === 'subtestsFailed') continue // which are told on their own
    current.failed++
    const name = whole ? '' : data.name
    failed.push(`${`${file} ${name}`.trim()}\t${command(file, data.nesting > 0 ? '' : name)}\n`)
    yield `FAIL  ${file} ${name}\n${type === 'test:pass' ? 'it holds no test' : inspect(data.details.error?.cause ?? data.details.error)}\n`
  }
  yield ended()
  mkdirSync(dist, { recursive: true })
  writeFileSync(new URL(`${part}.failed`, dist), failed.join(''))
  yield `${part}: ${passed} passed, ${failed.length} failed\n`
}

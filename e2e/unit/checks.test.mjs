// What tools say of the pages without running them.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** @param {string[]} args */
const says = args => {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return error?.message ?? (status === 0 ? '' : `${stdout}${stderr}`)
}

test('what is vendored is what e2e/package-lock.json pins', () => assert.equal(says(['vendor/build.mjs', '--check']), ''))

test('the types that comments of the pages state hold', () => assert.equal(says(['node_modules/typescript/bin/tsc', '-p', '.']), ''))

test('no story waits for a promise: to waitForFunction any of them is true at once; until asks for what it holds', () => {
  const folder = new URL('../browser/', import.meta.url)
  for (const file of readdirSync(folder)) assert.doesNotMatch(readFileSync(new URL(file, folder), 'utf8'), /waitForFunction\(\s*async/, file)
})

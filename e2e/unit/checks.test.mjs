// What tools say of the pages without running them.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

/** @param {string[]} args */
const says = args => {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return error?.message ?? (status === 0 ? '' : `${stdout}${stderr}`)
}

test('what is vendored is what e2e/package-lock.json pins', () => assert.equal(says(['vendor/build.mjs', '--check']), ''))

test('the types that comments of the pages state hold', () => assert.equal(says(['node_modules/typescript/bin/tsc', '-p', '.']), ''))

// How much a phone fetches before the field app works without a network.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellSizes } from '../stand/shell.mjs'
import { startStand } from '../stand/stand.mjs'

test('the shell is under 160 kB packed', async t => {
  const stand = await startStand(t, { tight: true })
  const sizes = await shellSizes(stand.url)
  assert.ok(sizes.length > 40 && sizes.every(([, n]) => n > 0), 'the list is not the app')
  const total = sizes.reduce((sum, [, n]) => sum + n, 0)
  const largest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 20).map(([f, n]) => `${f} ${n}`)
  assert.ok(total < 160_000, `${total} bytes; the largest are ${largest.join(', ')}`)
})

// What the server signs, checked with the library of Standard Webhooks, which nobody here wrote.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mock, test } from 'node:test'
import { Webhook } from 'standardwebhooks'

const sent = JSON.parse(readFileSync(new URL('../../internal/channel/webhook/testdata/signed.json', import.meta.url), 'utf8'))

test('what leaves by webhook is signed as Standard Webhooks says, with each secret that is in force', () => {
  assert.ok(sent.length >= 3)
  for (const one of sent) {
    mock.timers.enable({ apis: ['Date'], now: one.at * 1000 })
    for (const secret of one.secrets) {
      const body = new Webhook(secret).verify(one.body, one.headers)
      assert.ok(body.data.team, one.what)
      assert.throws(() => new Webhook(secret).verify(one.body.replace('"', ' "'), one.headers), /signature/i, 'a body that was changed')
    }
    assert.throws(() => new Webhook('whsec_' + Buffer.alloc(32, 'x').toString('base64')).verify(one.body, one.headers), /signature/i, 'another secret')
    mock.timers.reset()
    mock.timers.enable({ apis: ['Date'], now: (one.at + 3600) * 1000 })
    assert.throws(() => new Webhook(one.secrets[0]).verify(one.body, one.headers), /old/i, 'an hour later')
    mock.timers.reset()
  }
})

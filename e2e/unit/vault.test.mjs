// The vault: who opens it, who does not, and what is left when it is locked.
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

globalThis.crypto ??= webcrypto
const { MemoryKeyStore, Vault, VaultError, passkeySupported, pinLife, pinTries, proofLife } = await import('../../pb_public/app/vault/vault.js')

const passphrase = 'four wet wheels'
const shift = '274905'

const refuses = (promise, code, more = {}) => assert.rejects(promise, e => {
  assert.ok(e instanceof VaultError, String(e?.stack ?? e))
  assert.deepEqual({ code: e.code, triesLeft: e.triesLeft }, { code, triesLeft: undefined, ...more })
  return true
})

/** A phone with a vault; its clock is `at`. */
async function phone({ credentials } = {}) {
  const p = { at: Date.parse('2026-03-02T08:00:00Z'), keyStore: new MemoryKeyStore() }
  p.start = () => new Vault({ keyStore: p.keyStore, credentials, now: () => p.at, rounds: 1_000 })
  p.vault = p.start()
  p.open = await p.vault.create(passphrase)
  p.row = await p.open.seal('records', 'a', 1, { note: 'Wound clean' })
  return p
}

const recoveryKey = async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { pair, jwk: { kty, crv, x, y } }
}

test('what was sealed is read after the app was killed and unlocked by passphrase', async () => {
  const p = await phone()
  const again = p.start()
  assert.equal(again.open, null)
  const open = await again.unlock({ passphrase })
  assert.deepEqual(await open.open('records', 'a', 1, p.row), { note: 'Wound clean' })
})

test('a row put in the place of another, of another table or in another version is refused', async () => {
  const { open, row } = await phone()
  for (const [store, id, v] of [['records', 'b', 1], ['outbox', 'a', 1], ['records', 'a', 2]]) {
    await refuses(open.open(store, id, v, row), 'damaged')
  }
  const bent = { iv: row.iv, data: row.data.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }
  await refuses(open.open('records', 'a', 1, bent), 'damaged')
})

test('the same value sealed twice looks different, and shows nothing of itself', async () => {
  const { open, row } = await phone()
  const twin = await open.seal('records', 'a', 1, { note: 'Wound clean' })
  assert.notDeepEqual(twin.iv, row.iv)
  assert.notDeepEqual(twin.data, row.data)
  assert.equal(row.iv.length, 12)
  assert.ok(!Buffer.from(row.data).toString('latin1').includes('Wound'))
})

test('names of rows tell nothing, and are the same each time', async () => {
  const p = await phone()
  const name = await p.open.nameOf('scopes', 'pc:01jz1x')
  assert.match(name, /^[\w-]{22}$/)
  await p.vault.lock()
  const open = await p.vault.unlock({ passphrase })
  assert.equal(await open.nameOf('scopes', 'pc:01jz1x'), name)
  assert.notEqual(await open.nameOf('records', 'pc:01jz1x'), name)
  const other = await phone()
  assert.notEqual(await other.open.nameOf('scopes', 'pc:01jz1x'), name)
})

test('a wrong passphrase opens nothing, and no vault is told apart from a wrong one', async () => {
  const p = await phone()
  await p.vault.lock()
  await refuses(p.vault.unlock({ passphrase: 'four wet wheel' }), 'wrong_passphrase')
  assert.equal(p.vault.open, null)
  await refuses(new Vault({ keyStore: new MemoryKeyStore() }).unlock({ passphrase }), 'no_vault')
  await refuses(p.vault.create('another passphrase'), 'vault_exists')
})

test('a passphrase typed on a keyboard that composes letters is the same passphrase', async () => {
  const keyStore = new MemoryKeyStore()
  const vault = new Vault({ keyStore })
  await vault.create('cafe\u0301 at the corner')
  await vault.lock()
  assert.ok(await vault.unlock({ passphrase: 'caf\u00e9 at the corner' }))
})

test('passphrases that are too short or too plain are refused', async () => {
  const vault = () => new Vault({ keyStore: new MemoryKeyStore(), rounds: 1_000 })
  for (const short of ['', 'nine char', '👩🏽‍⚕️👩🏽']) await refuses(vault().create(short), 'passphrase_short')
  for (const plain of ['aaaaaaaaaaaa', 'abababababab', 'abcdefghijkl', '1234567890', '9876543210']) await refuses(vault().create(plain), 'passphrase_plain')
  assert.ok(await vault().create('  spaces are fine  '))
})

test('600,000 rounds, and the keyStore holds no key', async () => {
  const keyStore = new MemoryKeyStore()
  await new Vault({ keyStore }).create(passphrase)
  const file = await keyStore.get()
  assert.equal(file.passphrase.rounds, 600_000)
  assert.deepEqual(Object.keys(file).sort(), ['id', 'passphrase', 'v'])
})

test('locked, nothing can be sealed, opened, named or wrapped', async () => {
  const { vault, open, row } = await phone()
  await vault.lock()
  assert.equal(vault.open, null)
  await refuses(open.seal('records', 'a', 1, {}), 'locked')
  await refuses(open.open('records', 'a', 1, row), 'locked')
  await refuses(open.nameOf('records', 'a'), 'locked')
  await refuses(open.wrapByPasskey(new Uint8Array(32)), 'locked')
  await refuses(vault.follow({ shiftPin: true, recoveryKey: null }), 'locked')
  await refuses(vault.setPin(shift, { allowed: true, passphrase }), 'locked')
})

test('last words are sealed before the keys go, and everybody hears of it after', async () => {
  const { vault, open } = await phone()
  const order = []
  vault.beforeLock(async () => { await open.seal('drafts', 'd', 1, {}); order.push('sealed') })
  vault.beforeLock(() => { throw new Error('a form that broke') })
  vault.onLock(() => order.push(vault.open === null ? 'gone' : 'still there'))
  const off = vault.onLock(() => order.push('never'))
  off()
  await vault.lock()
  await vault.lock()
  assert.deepEqual(order, ['sealed', 'gone'])
})

test('a new passphrase opens what the old one sealed; the old one opens nothing', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  await refuses(p.vault.changePassphrase('not the old one', 'seven dry socks'), 'wrong_passphrase')
  await refuses(p.vault.changePassphrase(passphrase, 'short'), 'passphrase_short')
  await p.vault.changePassphrase(passphrase, 'seven dry socks')
  assert.equal((await p.vault.status()).pin, null, 'the PIN goes with it')
  await p.vault.lock()
  await refuses(p.vault.unlock({ passphrase }), 'wrong_passphrase')
  const open = await p.vault.unlock({ passphrase: 'seven dry socks' })
  assert.deepEqual(await open.open('records', 'a', 1, p.row), { note: 'Wound clean' })
})

test('the shift PIN opens after a kill, for twelve hours', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  p.at += pinLife - 1
  const vault = p.start()
  assert.deepEqual((await vault.status()).pin, { triesLeft: pinTries, until: p.at + 1 })
  const open = await vault.unlock({ pin: shift })
  assert.deepEqual(await open.open('records', 'a', 1, p.row), { note: 'Wound clean' })
  await vault.lock()
  p.at += 1
  assert.equal((await vault.status()).pin, null)
  assert.equal((await vault.status()).pinOver, true, 'the locked phone says why it is gone')
  await refuses(vault.unlock({ pin: shift }), 'pin_expired')
  assert.equal((await vault.status()).pinOver, false, 'it is said once more by the refusal, then it is over')
  assert.equal((await p.keyStore.get()).pin, undefined, 'the wrap is destroyed')
  await refuses(vault.unlock({ pin: shift }), 'pin_none')
  assert.ok(await vault.unlock({ passphrase }))
})

test('five wrong PINs destroy it, a kill between them gives none back, and a right one begins again', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  for (const left of [4, 3]) await refuses(p.start().unlock({ pin: '000001' }), 'wrong_pin', { triesLeft: left })
  await refuses(p.start().unlock({ pin: '27490' }), 'pin_form')
  assert.ok(await p.start().unlock({ pin: shift }))
  for (const left of [4, 3, 2, 1]) await refuses(p.start().unlock({ pin: '000001' }), 'wrong_pin', { triesLeft: left })
  await refuses(p.start().unlock({ pin: '000001' }), 'pin_spent')
  assert.equal((await p.keyStore.get()).pin, undefined)
  await refuses(p.start().unlock({ pin: shift }), 'pin_none')
})

test('a try that was cut short has been counted', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  await p.keyStore.change(f => ({ ...f, pin: { ...f.pin, tries: pinTries } })) // killed while the fifth was being tried
  await refuses(p.start().unlock({ pin: shift }), 'pin_spent')
  assert.equal((await p.keyStore.get()).pin, undefined)
})

test('two tabs have five tries between them', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => p.start().unlock({ pin: '000001' })))
  const codes = outcomes.map(o => o.reason.code)
  assert.equal(codes.filter(c => c === 'wrong_pin').length, pinTries - 1, codes.join())
  await refuses(p.start().unlock({ pin: shift }), 'pin_none')
})

test('a clock that was set back, or a term that was stretched, does not make a shift longer', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  p.at += 11 * 3_600_000
  await p.start().unlock({ pin: shift })
  p.at -= 6 * 3_600_000
  await refuses(p.start().unlock({ pin: shift }), 'pin_expired')

  await p.vault.setPin(shift, { allowed: true, passphrase })
  await p.keyStore.change(f => ({ ...f, pin: { ...f.pin, until: f.pin.until + 3_600_000 } }))
  await refuses(p.start().unlock({ pin: shift }), 'wrong_pin', { triesLeft: 4 })
})

test('a PIN is set by somebody who has just shown who they are, where the organisation allows it', async () => {
  const p = await phone()
  await refuses(p.vault.setPin(shift, { allowed: false }), 'pin_not_allowed')
  for (const pin of ['27490', '2749055', '27490a', '']) await refuses(p.vault.setPin(pin, { allowed: true }), 'pin_form')
  for (const pin of ['000000', '123456', '654321', '890123', '321098', '121212', '470470']) await refuses(p.vault.setPin(pin, { allowed: true }), 'pin_plain')
  p.at += proofLife + 1
  await refuses(p.vault.setPin(shift, { allowed: true }), 'prove_again')
  await refuses(p.vault.setPin(shift, { allowed: true, passphrase: 'somebody else' }), 'wrong_passphrase')
  await p.vault.setPin(shift, { allowed: true, passphrase })
  const byPin = p.start()
  await byPin.unlock({ pin: shift })
  await refuses(byPin.setPin('998102', { allowed: true }), 'prove_again')
  await refuses(byPin.addPasskey({ label: 'x' }), 'prove_again')
})

test('an organisation that allows no PIN any more takes it away', async () => {
  const p = await phone()
  await p.vault.setPin(shift, { allowed: true })
  await p.vault.follow({ shiftPin: true, recoveryKey: null })
  assert.notEqual((await p.vault.status()).pin, null)
  await p.vault.follow({ shiftPin: false, recoveryKey: null })
  assert.equal((await p.vault.status()).pin, null)
})

test('the recovery key is followed: wrapped once, anew when it changes, gone when it goes', async () => {
  const { vault, keyStore } = await phone()
  const [a, b] = [await recoveryKey(), await recoveryKey()]
  assert.equal(await vault.follow({ shiftPin: false, recoveryKey: a.jwk }), false, 'the first is no replacement')
  const first = (await keyStore.get()).recovery
  assert.equal(await vault.follow({ shiftPin: false, recoveryKey: a.jwk }), false)
  assert.deepEqual((await keyStore.get()).recovery, first)
  await refuses(vault.follow({ shiftPin: false, recoveryKey: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' } }), 'recovery_key_invalid')
  assert.deepEqual((await keyStore.get()).recovery, first, 'a broken key does not cost the one that works')
  assert.equal(await vault.follow({ shiftPin: false, recoveryKey: b.jwk }), true, 'whose phone it is must hear of it')
  assert.notEqual((await vault.status()).recovery, first.kid)
  assert.equal(await vault.follow({ shiftPin: false, recoveryKey: null }), false)
  assert.equal((await vault.status()).recovery, null)
})

test('the device vouches for its recovery wrap, once it is enrolled', async () => {
  const { vault, keyStore } = await phone()
  const { jwk } = await recoveryKey()
  const device = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  let signed = 0
  const signer = { device: '01jz1v7d3e5f6g8h9j0k1m2n3p', sign: async bytes => { signed++; return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.privateKey, bytes)) } }
  await vault.follow({ shiftPin: false, recoveryKey: jwk })
  const before = (await keyStore.get()).recovery
  assert.equal(before.voucher, undefined)
  await vault.follow({ shiftPin: false, recoveryKey: jwk, signer })
  await vault.follow({ shiftPin: false, recoveryKey: jwk, signer })
  assert.equal(signed, 1)
  const { id, recovery: { voucher, ...wrap } } = await keyStore.get()
  assert.deepEqual(wrap, before)
  const statement = ['doorstep voucher', 1, id, wrap.kid, wrap.epk.x, wrap.epk.y, wrap.iv, wrap.key, signer.device].join('|')
  assert.ok(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, device.publicKey, Buffer.from(voucher.signature, 'base64url'), Buffer.from(statement)))
})

test('an erased vault is gone for good', async () => {
  const p = await phone()
  let told = 0
  p.vault.onLock(() => told++)
  await p.vault.erase()
  assert.equal(told, 1)
  assert.equal((await p.vault.status()).exists, false)
  await refuses(p.open.open('records', 'a', 1, p.row), 'locked')
  const next = await p.start().create(passphrase)
  await refuses(next.open('records', 'a', 1, p.row), 'damaged')
})

/** An authenticator: PRF as the standard has it, answering at creation or only when asked. */
function authenticator({ prf = true, atOnce = false } = {}) {
  const secrets = new Map()
  const answer = async (id, input) => new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.concat([secrets.get(id), input])))
  const results = async (id, ask) => (prf ? { prf: { enabled: true, ...(ask ? { results: { first: await answer(id, ask) } } : {}) } } : {})
  const a = {
    asked: 0, refuse: false,
    async create({ publicKey }) {
      const rawId = crypto.getRandomValues(new Uint8Array(16))
      const id = Buffer.from(rawId).toString('hex')
      secrets.set(id, Buffer.from(crypto.getRandomValues(new Uint8Array(32))))
      assert.equal(publicKey.authenticatorSelection.userVerification, 'required')
      const extensions = await results(id, atOnce ? publicKey.extensions.prf.eval.first : undefined)
      return { rawId: rawId.buffer, response: { getTransports: () => ['internal'] }, getClientExtensionResults: () => extensions }
    },
    async get({ publicKey }) {
      a.asked++
      if (a.refuse) throw new DOMException('The operation was cancelled.', 'NotAllowedError')
      const id = Buffer.from(publicKey.allowCredentials[0].id).toString('hex')
      const extensions = await results(id, publicKey.extensions.prf.eval.first)
      return { getClientExtensionResults: () => extensions }
    },
  }
  return a
}

for (const atOnce of [true, false]) {
  test(`a passkey opens the vault (${atOnce ? 'answers when made' : 'answers only when asked'}), and the passphrase still does`, async () => {
    const credentials = authenticator({ atOnce })
    const p = await phone({ credentials })
    await p.vault.addPasskey({ label: 'Doorstep on this phone' })
    assert.equal(credentials.asked, atOnce ? 0 : 1)
    const vault = p.start()
    assert.equal((await vault.status()).passkey, true)
    const open = await vault.unlock({ passkey: true })
    assert.deepEqual(await open.open('records', 'a', 1, p.row), { note: 'Wound clean' })
    assert.ok(await p.start().unlock({ passphrase }))
    await vault.removePasskey()
    await refuses(p.start().unlock({ passkey: true }), 'passkey_none')
  })
}

test('a passkey that cannot be a key, is refused by its owner, or answers wrong opens nothing', async () => {
  const without = await phone({ credentials: authenticator({ prf: false }) })
  await refuses(without.vault.addPasskey({ label: 'x' }), 'passkey_unsupported')
  assert.equal((await without.vault.status()).passkey, false)

  const credentials = authenticator()
  const p = await phone({ credentials })
  await p.vault.addPasskey({ label: 'x' })
  credentials.refuse = true
  await refuses(p.start().unlock({ passkey: true }), 'passkey_failed')
  credentials.refuse = false
  await p.keyStore.change(f => ({ ...f, passkey: { ...f.passkey, input: Buffer.alloc(32).toString('base64url') } }))
  await refuses(p.start().unlock({ passkey: true }), 'passkey_failed')
  await refuses(new Vault({ keyStore: p.keyStore, credentials: undefined }).unlock({ passkey: true }), 'passkey_unsupported')
})

test('whether a passkey is worth offering is asked of the browser', async () => {
  const scope = (type, navigator = { credentials: { create() {} } }) => ({ PublicKeyCredential: type, navigator })
  assert.equal(await passkeySupported(scope(undefined)), false)
  assert.equal(await passkeySupported(scope({}, {})), false)
  assert.equal(await passkeySupported(scope({ getClientCapabilities: async () => ({ 'extension:prf': true }) })), true)
  assert.equal(await passkeySupported(scope({ getClientCapabilities: async () => ({ 'extension:prf': false }) })), false)
  assert.equal(await passkeySupported(scope({ getClientCapabilities: async () => ({ 'extension:prf': true, userVerifyingPlatformAuthenticator: false }) })), false)
  assert.equal(await passkeySupported(scope({ isUserVerifyingPlatformAuthenticatorAvailable: async () => true })), true)
  assert.equal(await passkeySupported(scope({ isUserVerifyingPlatformAuthenticatorAvailable: async () => { throw new Error('no') } })), false)
})

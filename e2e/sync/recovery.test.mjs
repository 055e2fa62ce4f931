// A forgotten passphrase, from the phone to the server: the sealed store under the real client, the export of a locked
// phone, and the commands that open it and hand it in.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { webcrypto } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { recoveryPair } from '../fixtures/recovery.mjs'
import { startStand } from '../stand/stand.mjs'

globalThis.crypto ??= webcrypto
const { openClient } = await import('../../pb_public/shared/sync/client.js')
const { Vault } = await import('../../pb_public/app/vault/vault.js')
const { vaultKeys } = await import('../../pb_public/app/vault/keys.js')
const { Database } = await import('../../pb_public/app/store/database.js')
const { SealedStorage } = await import('../../pb_public/app/store/storage.js')
const { exportUnsent } = await import('../../pb_public/app/store/export.js')

const doorstep = fileURLToPath(new URL('../../dist/doorstep-plain', import.meta.url))
const run = promisify(execFile)
const passphrase = 'four wet wheels'
const noSignal = async () => { throw new TypeError('no signal') }

test('unsent work of a locked phone is opened by the recovery key, handed in once, and the phone may still send it', async t => {
  const stand = await startStand(t)
  const folder = await mkdtemp(join(tmpdir(), 'doorstep-recovery-'))
  t.after(() => rm(folder, { recursive: true }))
  const { jwk, pem } = await recoveryPair()
  const [{ organisation }] = await stand.query('SELECT organisation FROM staff WHERE id = ?', stand.staff.nia.id)
  await stand.save('organisations', { recovery_key: jwk }, organisation)
  await stand.settle()

  const database = new Database({ indexedDB: new IDBFactory() })
  t.after(() => database.close())
  const vault = new Vault({ keyStore: database.keyStore, rounds: 1_000 })
  let network = fetch
  const open = async () => {
    const sealed = vault.open
    const keys = vaultKeys(database.sealed(sealed, 'keys'))
    const client = await openClient({ storage: new SealedStorage(database, sealed), keys, server: stand.url, name: 'phone', platform: 'web', app: '1', fetch: (...a) => network(...a) })
    return { client, keys }
  }
  await vault.create(passphrase)
  const { client, keys } = await open()
  await client.signIn({ identity: stand.staff.nia.email, password: stand.password })
  await client.sync()
  const org = client.view('organisations', organisation)
  assert.deepEqual(org.values.recovery_key, jwk)
  await vault.follow({ shiftPin: false, recoveryKey: org.values.recovery_key, signer: keys.signerFor(client.device) })

  network = noSignal
  const patient = stand.patients.Ames
  await client.record([{ op: 'create', collection: 'visits', id: client.newID(), set: { patient, status: 'completed', note: 'Written where nobody hears.' } }])
  await client.sync().catch(() => {})
  assert.equal(await database.unsent(), 1)
  client.close?.()
  await vault.lock()

  const made = await exportUnsent({ database })
  assert.equal(made.changes, 1)
  assert.ok(!made.text.includes('nobody hears'))
  const [file, key] = [join(folder, made.name), join(folder, 'recovery.pem')]
  await writeFile(file, made.text)
  await writeFile(key, pem, { mode: 0o600 })
  const shown = await run(doorstep, ['recovery', 'open', file, '--key', key, '--offline'], { cwd: folder })
  assert.match(shown.stdout, /note: Written where nobody hears\./)
  await assert.rejects(run(doorstep, ['recovery', 'open', file, '--key', key, '--offline', '--push', stand.url, '--code', 'x'], { cwd: folder }), /--unvouched/)

  const { code } = await stand.care('lea', 'POST', '/api/sync/v1/sign-in-codes', { staff: stand.staff.nia.id })
  const sent = await run(doorstep, ['recovery', 'open', file, '--key', key, '--offline', '--unvouched', '--push', stand.url, '--code', code], { cwd: folder })
  assert.match(sent.stdout, /Handed in: 1 change\. 0 of them/)
  const stored = () => stand.query('SELECT author FROM visits WHERE note = ?', 'Written where nobody hears.')
  assert.deepEqual(await stored(), [{ author: stand.staff.nia.id }])

  // The passphrase comes back to her, and the phone sends it as well.
  network = fetch
  await vault.unlock({ passphrase })
  const again = (await open()).client
  assert.equal(again.unsent().count, 1)
  await again.sync()
  assert.equal(again.unsent().count, 0)
  assert.equal((await stored()).length, 1)
})

// What leaves by e-mail and as a notice, sent by the channels themselves to receivers that nobody here wrote: smtp-server, and
// http_ece, which opens what a push service hands on.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto'
import { createServer } from 'node:https'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ece from 'http_ece'
import { SMTPServer } from 'smtp-server'

const program = fileURLToPath(new URL('../../dist/doorstep-test', import.meta.url))
/** @type {import('node:child_process').ChildProcessWithoutNullStreams} */ let sender
/** @type {AsyncIterator<string>} */ let answers
/** @type {{ certificate: string, private_key: string }} */ let own
/** @type {{ certificate: string, private_key: string }} */ let another

/** Has one notice sent, and says what came of it. @param {object} parcel @returns {Promise<any>} */
async function send(parcel) {
  sender.stdin.write(JSON.stringify(parcel) + '\n')
  return JSON.parse((await answers.next()).value)
}

before(async () => {
  sender = spawn(program, ['-send'])
  sender.stderr.pipe(process.stderr)
  answers = createInterface({ input: sender.stdout })[Symbol.asyncIterator]()
  own = await send({})
  another = await send({})
})
after(() => { sender.stdin.end() })

/** A mail server that wants a sign-in and encryption. @param {object} how @param {{ said?: [number, string], lose?: boolean }} [behaves] */
async function mailServer(how, behaves = {}) {
  /** @type {string[]} */ const took = []
  const server = new SMTPServer({ key: own.private_key, cert: own.certificate, authMethods: ['PLAIN', 'LOGIN'], logger: false, ...how,
    onAuth(auth, _, done) { auth.username === 'doorstep' && auth.password === 'open sesame' ? done(null, { user: 'doorstep' }) : done(new Error('no')) },
    onRcptTo(_, __, done) { done(behaves.said ? Object.assign(new Error(behaves.said[1]), { responseCode: behaves.said[0] }) : null) },
    onData(stream, session, done) {
      let all = ''
      stream.on('data', part => { all += part }).on('end', () => {
        took.push(all)
        if (behaves.lose) /** @type {any} */ (server).connections.forEach((/** @type {any} */ c) => c._socket.destroy())
        else done()
      })
    } })
  server.on('error', () => {}) // a client that goes away in the middle of TLS is part of the story
  await new Promise(resolve => { server.listen(0, '127.0.0.1', () => resolve(undefined)) })
  const { port } = /** @type {import('node:net').AddressInfo} */ (/** @type {any} */ (server).server.address())
  return { took, at: `127.0.0.1:${port}`, close: () => new Promise(resolve => { server.close(() => resolve(undefined)) }) }
}

const link = 'https://doorstep.example/practice/#/h/01k9zzzzzzzzzzzzzzzzzzzzzz'
const parcel = { channel: 'email', to: 'front.desk@practice.example', key: 'the key', classes: ['U2'], link, user: 'doorstep', password: 'open sesame' }

test('smtp-server takes what leaves by e-mail, under one name at every attempt', async t => {
  const server = await mailServer({})
  t.after(server.close)
  const first = await send({ ...parcel, server: server.at, roots: own.certificate }), again = await send({ ...parcel, server: server.at, roots: own.certificate })
  assert.equal(first.why ?? '', '', JSON.stringify(first))
  assert.equal(again.why ?? '', '')
  assert.equal(server.took.length, 2)
  for (const mail of server.took) {
    const [head] = mail.split('\r\n\r\n')
    assert.ok(head.includes(`Message-ID: ${first.named}`), head)
    assert.match(head, /^Subject: Doorstep: URGENT, within 2 hours: a handover waits$/m)
    assert.match(head, /^Auto-Submitted: auto-generated$/m)
    assert.ok(mail.replace(/=\r\n/g, '').replace(/=3D/g, '=').includes(link), mail)
  }
})

for (const [what, how, behaves, over, want] of /** @type {[string, object, object, object, object][]} */ ([
  ['says not now', {}, { said: [451, 'later'] }, {}, { why: 'busy', said: '451', final: undefined }],
  ['refuses the mailbox', {}, { said: [550, 'no such mailbox'] }, {}, { why: 'refused', said: '550', final: true }],
  ['wants another password', {}, {}, { password: 'no' }, { why: 'not_set_up', said: '535', final: undefined }],
  ['does not encrypt', { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }, {}, {}, { why: 'untrusted', said: undefined, final: undefined }],
  ['is another than its certificate says', {}, {}, { roots: 'another' }, { why: 'untrusted', said: undefined, final: undefined }],
  ['takes it, and its answer is lost', {}, { lose: true }, {}, { why: 'unreachable', said: undefined, final: undefined }],
])) {
  test(`a mail server that ${what}`, async t => {
    const server = await mailServer(how, behaves)
    t.after(server.close)
    const roots = 'roots' in over ? another.certificate : own.certificate
    const { why, said, final } = await send({ ...parcel, server: server.at, ...over, roots })
    assert.deepEqual({ why, said: said?.slice(0, 3), final }, want)
    assert.equal(server.took.length, 'lose' in behaves ? 1 : 0)
  })
}

test('http_ece opens a notice with the keys of its browser, and the push service knows who sends', async t => {
  const browser = createECDH('prime256v1'), auth = randomBytes(16)
  browser.generateKeys()
  /** @type {{ headers: import('node:http').IncomingHttpHeaders, body: Buffer }[]} */ const came = []
  const service = createServer({ key: own.private_key, cert: own.certificate }, (request, response) => {
    /** @type {Buffer[]} */ const parts = []
    request.on('data', part => parts.push(part)).on('end', () => {
      came.push({ headers: request.headers, body: Buffer.concat(parts) })
      response.writeHead(201).end()
    })
  })
  await new Promise(resolve => { service.listen(0, '127.0.0.1', () => resolve(undefined)) })
  t.after(() => { service.closeAllConnections(); service.close() })
  const host = `127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (service.address()).port}`
  const to = JSON.stringify({ endpoint: `https://${host}/push/abc`, p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') })
  const sent = await send({ channel: 'webpush', to, key: 'the key', classes: ['E'], link, services: [host], roots: own.certificate })
  assert.equal(sent.why ?? '', '', JSON.stringify(sent))

  const [{ headers, body }] = came
  const opened = JSON.parse(ece.decrypt(body, { version: 'aes128gcm', privateKey: browser, authSecret: auth.toString('base64url') }).toString())
  assert.deepEqual(opened, { title: 'Something urgent waits in Doorstep', text: 'Open Doorstep to see it.', tag: sent.named })
  assert.equal(headers['content-encoding'], 'aes128gcm')
  assert.equal(headers.topic, sent.named)
  assert.equal(headers.urgency, 'high')
  const stranger = createECDH('prime256v1')
  stranger.generateKeys()
  assert.throws(() => ece.decrypt(body, { version: 'aes128gcm', privateKey: stranger, authSecret: auth.toString('base64url') }), 'another browser opens nothing')

  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization ?? '') ?? []
  assert.equal(key, sent.server_key)
  const [head, claims, signature] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const known = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') } })
  assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), { key: known, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')), 'signed with the key that the browser was given')
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).aud, `https://${host}`)
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, 'mailto:doorstep@neighbourhood.example')
})

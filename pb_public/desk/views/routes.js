// @ts-check
// The ways by which a team is told beyond its inbox: their order, whether they work, a test; and one of them.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, when } from '../../shared/ui/format.js'
import { Refusal } from '../../shared/ui/session.js'
import { fill, word, words } from '../words.js'
import { button, tag, troubleBox } from '../parts.js'
import { SetUpForm, choice, optionsOf, several } from '../set-up-form.js'
import { readOrganisations } from './organisations.js'

const w = words.administration.ways, classes = words.common.classes

/**
 * @typedef {{ id: string, channel: string, address: string, place: number, classes: string[], hours: string, digest: string[],
 *   body: string, agreed_with?: string, agreed_on?: string, tokens?: Token[],
 *   worked_at?: string, failed_at?: string, why?: string, old_secret_until?: string }} Route
 * @typedef {{ id: string, made_at: string, made_by?: { name: string }, used_at?: string }} Token
 */

/** @param {import('../desk-context.js').DeskContext} desk @param {string} org @param {string} team @returns {Promise<string>} its name */
const nameOfTeam = async (desk, org, team) => (await readOrganisations(desk)).find(o => o.id === org)?.teams.find(t => t.id === team)
  ?.values.name ?? ''

/** A route inside a label. @param {string} what @param {Route} r */
const labelled = (what, r) => ({ label: fill(w.labelled, { what, channel: word(w.channels, r.channel), address: r.address }) })

/** How a route stands. @param {Route} r @param {string[]} channels those that this server is set up for */
const standing = (r, channels) => !channels.includes(r.channel) ? tag(w.unset, 'bad')
  : r.why ? tag(fill(w.fails, { at: when(r.failed_at ?? ''), why: word(w.whys, r.why) }), 'bad')
  : r.worked_at ? tag(fill(w.works, { at: when(r.worked_at) }), 'good') : tag(w.untried, 'warn')

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function routes(desk, [org = '', team = '']) {
  /** @type {Route[]} */ let items = []
  /** @type {string[]} */ let channels = []
  /** Which one is about to be taken away. */ let ending = ''
  /** A new secret. @type {{ secret: string, until?: string } | null} */ let secret = null
  /** A new token. @type {{ receiver_token: string } | null} */ let token = null
  let trouble = '', busy = ''
  const view = {
    title: '',
    back: { to: `team/${org}/${team}`, text: w.back },
    async load() {
      const [name, list] = await Promise.all([nameOfTeam(desk, org, team), desk.session.get(`/teams/${team}/routes`)])
      view.title = fill(w.title, { team: name })
      items = list.items
      channels = list.channels
    },
    /** @param {Route} r @param {string} verb @param {(answer: any) => void} then */
    act: (r, verb, then) => view.post(`/routes/${r.id}/${verb}`, then),
    /** @param {string} path @param {(answer: any) => void} then */
    async post(path, then) {
      if (busy) return
      busy = path
      trouble = ''
      desk.redraw()
      try {
        then(await desk.session.post(path))
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.body.fields?.[0]?.message ?? e.message
      }
      busy = ''
      ending = ''
      await desk.readAgain(view)
      if (trouble) requestAnimationFrame(() => document.getElementById('routes-trouble')?.focus())
    },
    draw: () => html`<p>${w.intro}</p>${troubleBox('routes-trouble', trouble)}${secret ? secretBox(secret) : nothing}
      ${token ? tokenBox(token) : nothing}
      ${items.length ? html`<ol class="dk-list">${items.map(card)}</ol>` : html`<p class="ds-banner ds-banner--warn">${w.none}</p>`}
      ${channels.length ? html`<p><a href="#/route/${org}/${team}/new">${items.length ? w.another : w.first}</a></p>`
        : html`<p class="ds-banner ds-banner--warn">${w.noUrl}</p>`}`,
  }
  /** @param {any} answer */
  const tested = answer => {
    if (answer.delivered) desk.say(w.taken)
    else trouble = fill(w.failed, { why: word(w.whys, answer.why), said: answer.said ? fill(w.said, { said: answer.said }) : '' })
  }
  /** @param {Route} r */
  const card = r => html`<li class="dk-card">
    <strong>${fill(w.of, { n: r.place, channel: word(w.channels, r.channel), address: r.address })}</strong>
    <span>${fill(w.takes, { classes: r.classes.map(c => word(classes, c)).join(', '), hours: word(w.hours, r.hours) })}</span>
    ${r.digest.length ? html`<span>${fill(w.digest, { times: r.digest.join(', ') })}</span>` : nothing}
    ${r.channel === 'webhook' ? html`<span>${agreed(r)}</span>` : nothing}
    <span>${standing(r, channels)}</span>
    ${r.tokens?.length ? html`<ul class="dk-tight">${r.tokens.map(t => html`<li>${fill(w.tokens.of, { at: when(t.made_at),
      who: t.made_by?.name || w.tokens.nobody, used: t.used_at ? fill(w.tokens.used, { at: when(t.used_at) }) : w.tokens.unused })}
      ${button(w.tokens.end, { kind: 'secondary', busy: !!busy, label: fill(w.tokens.endOf, { at: when(t.made_at) }),
        click: () => view.post(`/receiver-tokens/${t.id}/end`, () => { token = null; desk.say(w.tokens.ended) }) })}</li>`)}
      </ul>` : nothing}
    ${r.old_secret_until ? html`<span class="ds-soft">${fill(w.secretUntil, { at: when(r.old_secret_until) })}</span>` : nothing}
    <p class="ds-row">${ending === r.id
      ? html`${button(w.sure, { kind: 'warning', busy: !!busy, ...labelled(w.sure, r),
          click: () => view.act(r, 'end', () => desk.say(w.ended)) })}
        ${button(w.keep, { kind: 'secondary', click: () => { ending = ''; desk.redraw() } })}`
      : html`${button(w.test, { busy: !!busy, ...labelled(w.test, r), click: () => view.act(r, 'test', tested) })}
        <a href="#/route/${org}/${team}/${r.id}" aria-label=${labelled(w.change, r).label}>${w.change}</a>
        ${r.channel === 'webhook' ? button(w.secret, { kind: 'secondary', busy: !!busy, ...labelled(w.secret, r),
          click: () => view.act(r, 'secret', answer => { secret = answer }) }) : nothing}
        ${r.channel === 'webhook' && r.agreed_on ? button(w.tokens.make, { kind: 'secondary', busy: !!busy, ...labelled(w.tokens.make, r),
          click: () => view.act(r, 'tokens', answer => { token = answer }) }) : nothing}
        ${button(w.end, { kind: 'secondary', ...labelled(w.end, r), click: () => { ending = r.id; desk.redraw() } })}`}</p></li>`
  return view
}

/** What was agreed with a receiver. @param {Route} r */
const agreed = r => fill(r.body === 'full' ? w.leaves.full : r.agreed_on ? w.leaves.reads : w.leaves.reference,
  { who: r.agreed_with ?? '', at: r.agreed_on ? birth(r.agreed_on) : '' })

/** A token that was made. @param {{ receiver_token: string }} t */
const tokenBox = t => html`<div class="ds-banner ds-banner--warn" role="status"><h2 class="nhsuk-heading-s">${w.tokens.title}</h2>
  <p>${w.tokens.is}</p><p><code class="dk-secret">${t.receiver_token}</code></p></div>`

/** A secret that was made. @param {{ secret: string, until?: string }} s */
const secretBox = s => html`<div class="ds-banner ds-banner--warn" role="status"><h2 class="nhsuk-heading-s">${w.secretTitle}</h2>
  <p>${w.secretIs}</p><p><code class="dk-secret">${s.secret}</code></p>
  ${s.until ? html`<p>${fill(w.secretUntil, { at: when(s.until) })}</p>` : nothing}</div>`

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function route(desk, [org = '', team = '', id = '']) {
  const isNew = id === 'new', f = w.form
  /** @type {SetUpForm | null} */ let form = null
  /** @type {string[]} */ let channels = []
  let others = 0
  /** @type {{ secret: string } | null} */ let made = null
  const view = {
    title: '',
    back: { to: `routes/${org}/${team}`, text: w.back },
    async load() {
      const [name, list] = await Promise.all([nameOfTeam(desk, org, team), desk.session.get(`/teams/${team}/routes`)])
      view.title = fill(f.title, { team: name })
      view.back.text = fill(w.title, { team: name })
      channels = list.channels
      const stored = list.items.find((/** @type {Route} */ r) => r.id === id)
      others = list.items.length - (stored ? 1 : 0)
      if (!stored && !isNew) return
      form = new SetUpForm(desk, isNew ? `/teams/${team}/routes` : `/routes/${id}`, stored ?? {})
      form.values = { channel: channels.includes('email') ? 'email' : channels[0] ?? '', address: '', hours: 'always', place: others + 1,
        body: 'reference', agreed_with: '', agreed_on: '', classes: ['E', 'U2', 'SD', 'R', 'I'], ...stored,
        digest: (stored?.digest ?? []).join(', ') }
      if (stored) form.read = async () => (await desk.session.get(`/teams/${team}/routes`)).items
        .find((/** @type {Route} */ r) => r.id === id)
      form.body = () => {
        const v = /** @type {SetUpForm} */ (form).values
        return { channel: v.channel, address: v.address.trim(), classes: v.classes, hours: v.hours, place: Number(v.place) || 0,
          body: v.channel === 'webhook' ? v.body : 'reference', agreed_with: v.agreed_with ?? '', agreed_on: v.agreed_on ?? '',
          digest: v.digest.split(',').map((/** @type {string} */ t) => t.trim()).filter(Boolean) }
      }
    },
    async refresh() { /* what is being typed stays */ },
    async send() {
      const answer = await form?.send()
      if (!answer) return
      if (answer.secret) {
        made = answer
        desk.redraw()
      } else desk.go(`routes/${org}/${team}`, view)
    },
    draw() {
      if (made) return html`${secretBox(made)}<p><a href="#/routes/${org}/${team}">${view.back.text}</a></p>`
      if (!form) return html`<p>${words.desk.notFor.view}</p>`
      const email = form.values.channel === 'email'
      const how = choice('channel', f.channel, channels.map(c => ({ value: c, text: word(w.channels, c) })),
        { required: true, hint: channels.includes('email') ? undefined : f.noMail })
      const hours = optionsOf(w.hours)
      const places = Array.from({ length: others + 1 }, (_, i) => ({ value: String(i + 1), text: String(i + 1) }))
      return form.draw([...(isNew ? [how] : []),
        { name: 'address', label: f.address, hint: email ? f.emailHint : f.webhookHint, type: email ? 'email' : 'url', required: true,
          maxlength: 2000 },
        several('classes', f.classes, optionsOf(classes), ''), choice('hours', f.hours, hours, { hint: f.hoursHint, required: true }),
        { name: 'digest', label: f.digest, hint: f.digestHint, maxlength: 100 },
        ...(form.values.channel === 'webhook' ? [choice('body', f.body, optionsOf(f.bodies), { hint: f.bodyHint, required: true }),
          { name: 'agreed_with', label: f.agreedWith, hint: f.agreedHint, maxlength: 200 },
          { name: 'agreed_on', label: f.agreedOn, type: 'date' }] : []),
        choice('place', f.place, places, { hint: f.placeHint })], isNew ? f.make : f.save, () => view.send())
    },
  }
  return view
}

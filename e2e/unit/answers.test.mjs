// What came back to a nurse and what is asked of her: what stands at the top of Today, and for how long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histories, lineOf, matters, possible, waiting } from '../../pb_public/app/model/answers.js'

const now = Date.parse('2026-03-02T12:00:00Z')
const nia = { id: 'nia', teams: ['river'] }, ned = { id: 'ned', teams: ['river'] }
const sent = (id, more) => ({ id, patient: 'ada', class: 'SD', from_staff: 'nia', from_team: 'river', to_team: 'surgery', state: 'sent', raised_at: '2026-03-02T09:00:00Z', ...more })
const asked = (id, more) => ({ id, patient: 'ada', class: 'SD', from_staff: 'guy', from_team: 'surgery', to_team: 'river', state: 'sent', recommendation: 'Second set at 18:30, ring me.', raised_at: '2026-03-02T10:00:00Z', act_due: '2026-03-02T18:30:00Z', ...more })
const line = (handover, kind, more) => ({ id: `${handover} ${kind}`, handover, patient: 'ada', kind, at: '2026-03-02T10:00:00Z', by: 'guy', ...more })
const own = (handover, kind, more) => ({ id: `z ${handover} ${kind}`, handover, patient: 'ada', kind, pending: true, ...more })
const of = (me, handovers, events = []) => matters({ handovers, events, me, now }).map(m => `${m.kind} ${m.handover.id}`)

// U1
test('an answer stands at the top until its sender has read it, and what it asks for stands there as a task', () => {
  const h = sent('h', { state: 'done', answer: 'Furosemide doubled.', outcome: 'prescribed' }), answered = line('h', 'answered')
  assert.deepEqual(of(nia, [h], [answered]), ['answer h'])
  assert.deepEqual(of(ned, [h], [answered]), [], 'a colleague did not ask')
  assert.deepEqual(of(nia, [h], [answered, own('h', 'read')]), [], 'read in a cellar')
  assert.deepEqual(of(nia, [h], [answered, line('h', 'read', { by: 'nia', at: '2026-03-02T11:00:00Z' })]), [], 'read, and sent')
  assert.deepEqual(of(nia, [h], [line('h', 'read', { by: 'nia', at: '2026-03-02T09:30:00Z' }), answered]), ['answer h'], 'answered after what she read')
  assert.deepEqual(of(nia, [h, asked('t', { follows: 'h' })], [answered]), ['task t'], 'not twice')
})

// U1
test('a task of the team is everybody’s until somebody takes it, and the others see who', () => {
  const [open] = matters({ handovers: [asked('t')], events: [], me: ned, now })
  assert.deepEqual([open.by, open.received, open.owner, open.due, open.counts], ['guy', false, '', '2026-03-02T18:30:00Z', true])
  const taken = matters({ handovers: [asked('t', { state: 'accepted', owner: 'nia', acknowledged_at: 'x' })], events: [], me: ned, now })
  assert.deepEqual([taken[0].owner, taken[0].counts, waiting(taken)], ['nia', false, 0])
  const here = matters({ handovers: [asked('t')], events: [own('t', 'accepted')], me: ned, now })
  assert.deepEqual([here[0].owner, here[0].received, here[0].unsent, waiting(here)], ['ned', true, 'accepted', 1], 'taken without a signal')
  assert.deepEqual(of(ned, [asked('t')], [own('t', 'answered')]), [], 'done without a signal')
  assert.deepEqual(of(ned, [asked('t')], [own('t', 'accepted'), own('t', 'given_back')]), ['task t'])
  assert.deepEqual(of(ned, [asked('t', { state: 'done' }), asked('c', { evidence: { copy_of: 'x' } })]), [], 'answered, and a copy for the lead')
})

// U1
test('declined, passed on, unanswered: what became of it is shown, once read no more', () => {
  const rows = [
    ['declined', { state: 'declined', to_team: 'coordination' }, [line('h', 'declined')], 'declined h'],
    ['handed on', { state: 'queued', to_team: 'mental' }, [line('h', 'handed_on')], 'moved h'],
    ['handed on and taken up there', { state: 'accepted', to_team: 'mental' }, [line('h', 'handed_on')], undefined],
    ['nobody answered', { state: 'escalated' }, [line('h', 'escalated', { by: '' })], 'unanswered h'],
    ['nobody at all', { state: 'failed' }, [line('h', 'failed', { by: '' })], 'unanswered h'],
    ['nowhere to go', { state: 'no_destination' }, [line('h', 'raised')], 'nowhere h'],
    ['stopped by others', { state: 'stood_down' }, [line('h', 'stood_down')], 'stopped h'],
    ['withdrawn by herself', { state: 'stood_down' }, [line('h', 'stood_down', { by: 'nia' })], undefined],
    ['answered with another', { state: 'stood_down' }, [line('h', 'joined', { by: 'gp' })], 'joined h'],
    ['and read', { state: 'stood_down' }, [line('h', 'joined', { by: 'gp', at: '2026-03-02T09:00:00.000Z' }), line('h', 'read', { by: 'nia', at: '2026-03-02T10:00:00.000Z' })], undefined],
    ['and that is closed since', { state: 'stood_down' }, [line('h', 'joined', { by: 'gp', at: '2026-03-02T09:00:00.000Z' }), line('h', 'read', { by: 'nia', at: '2026-03-02T10:00:00.000Z' }),
      line('h', 'other_closed', { by: '', at: '2026-03-02T11:00:00.000Z' })], 'joined h'],
    ['joined to another', { state: 'stood_down' }, [line('h', 'joined', { by: '' })], undefined],
    ['on its way', { state: 'sent' }, [], undefined],
    ['three weeks ago', { state: 'done' }, [line('h', 'answered', { at: '2026-02-05T10:00:00Z' })], undefined],
  ]
  for (const [name, more, events, want] of rows) {
    assert.equal(of(nia, [sent('h', more)], events)[0], want, name)
    if (want) assert.deepEqual(of(nia, [sent('h', more)], [...events, own('h', 'read')]), [], `${name}, read`)
  }
  const call = sent('h', { state: 'call_needed' })
  assert.deepEqual(of(nia, [call], [line('h', 'call_needed'), own('h', 'read')]), ['call h'], 'only a call ends it')
  assert.deepEqual(of(nia, [call], [line('h', 'call_needed'), own('h', 'call_reached')]), [])
})

test('an emergency comes first, then what is overdue, then by urgency and age; what a colleague has comes last', () => {
  const list = [asked('routine', { class: 'R' }), asked('late', { class: 'R', act_due: '2026-03-02T11:00:00Z' }), asked('emergency', { class: 'E' }),
    asked('urgent', { class: 'U2' }), asked('older', { class: 'U2', raised_at: '2026-03-02T08:00:00Z' }), asked('hers', { class: 'E', owner: 'nia', state: 'accepted' })]
  assert.deepEqual(of(ned, list).map(s => s.split(' ')[1]), ['emergency', 'late', 'older', 'urgent', 'routine', 'hers'])
})

// U10
test('what can be done to a handover from a phone follows from the side one stands on', () => {
  assert.deepEqual(possible(asked('t'), [], ned), ['acknowledged', 'accepted', 'answered', 'added', 'declined'])
  assert.deepEqual(possible(asked('t', { state: 'accepted', owner: 'ned' }), [], ned), ['answered', 'added', 'given_back', 'declined'])
  assert.deepEqual(possible(asked('t', { state: 'done' }), [], ned), ['added'])
  assert.deepEqual(possible(sent('h'), [], nia), ['call_reached', 'added', 'stood_down'])
  assert.deepEqual(possible(sent('h', { state: 'done' }), [line('h', 'answered', { at: '1970-01-01T00:00:00Z' })], nia), ['read', 'added'])
  assert.deepEqual(possible(sent('h', { class: 'SG' }), [], nia), ['call_reached', 'added'], 'a concern is not withdrawn')
  assert.deepEqual(possible(sent('h', { state: undefined, pending: true }), [], nia), ['call_reached', 'added', 'stood_down'], 'not sent yet')
  assert.deepEqual(possible(sent('h'), [], ned), [], 'a colleague’s')
})

test('a line names the handover and its person, and holds nothing that was not said', () => {
  const newID = () => 'line'
  assert.deepEqual(lineOf({ handover: sent('h'), kind: 'read', newID }), { op: 'create', collection: 'handover_events', id: 'line', patient: 'ada', set: { patient: 'ada', handover: 'h', kind: 'read' } })
  assert.deepEqual(lineOf({ handover: sent('h'), kind: 'call_reached', text: ' Rang. ', detail: { name: 'Dr Guy', read_back: true }, newID }).set,
    { patient: 'ada', handover: 'h', kind: 'call_reached', text: 'Rang.', detail: { name: 'Dr Guy', read_back: true } })
})

test('the history of a handover is in the server’s order, with what is not sent at its end', () => {
  const events = [own('h', 'read'), line('h', 'answered', { at: '2026-03-02T11:00:00Z' }), line('h', 'raised', { at: '2026-03-02T09:00:00Z' }), line('g', 'raised')]
  assert.deepEqual(histories(events).get('h').map(e => e.kind), ['raised', 'answered', 'read'])
})

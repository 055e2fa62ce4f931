// @ts-check
// Every sentence of every page, in British English. One section a page; `common` is for all of them.
// Gaps are {named}; forms that follow a number are { one, many }.

export const words = {
  // ———————————————————————————————————————————————————————————————— common: all pages
  common: {
    product: 'Doorstep',
    footer: 'Doorstep is not the legal care record. In an emergency call 999.',
    skip: 'Skip to main content',
    help: 'Help',
    roles: {
      district_nurse: 'District nurse', support_worker: 'Support worker', matron: 'Matron',
      mental_health_practitioner: 'Mental health practitioner', social_care_practitioner: 'Social care practitioner',
      link_worker: 'Link worker', volunteer: 'Volunteer', volunteer_coordinator: 'Volunteer coordinator', team_lead: 'Team lead',
      care_coordinator: 'Care coordinator', clinical_lead: 'Clinical lead', safeguarding_lead: 'Safeguarding lead',
      privacy_officer: 'Privacy officer', practice_reception: 'Reception', duty_gp: 'Duty GP',
      neighbourhood_lead: 'Neighbourhood lead', administrator: 'Administrator',
    },
    classes: {
      E: 'Emergency', U2: 'Urgent, within 2 hours', SD: 'Same day', R: 'Routine', I: 'For information', SG: 'Safeguarding',
    },
    states: {
      queued: 'Queued', sent: 'Sent', seen: 'Seen', acknowledged: 'Received', accepted: 'Accepted', declined: 'Declined',
      escalated: 'Escalated', failed: 'No answer', call_needed: 'Call needed', no_destination: 'No destination', done: 'Answered', stood_down: 'Stood down',
    },
    readings: {
      respiration_rate: 'Respiration rate', spo2: 'Oxygen saturation', on_oxygen: 'On oxygen', oxygen: 'Air or oxygen', systolic: 'Systolic blood pressure',
      diastolic: 'Diastolic blood pressure', pulse: 'Pulse', acvpu: 'Consciousness', temperature: 'Temperature',
    },
    units: { respiration_rate: 'a minute', spo2: '%', systolic: 'mmHg', diastolic: 'mmHg', pulse: 'a minute', temperature: '°C' },
    breathing: { air: 'breathing air', oxygen: 'on oxygen' },
    acvpu: { A: 'Alert', C: 'New confusion', V: 'Responds to voice', P: 'Responds to pain', U: 'Unresponsive' },
    bands: {
      zero: 'NEWS2 0', low: 'Low', low_medium: 'Low to medium: a single 3', medium: 'Medium', high: 'High',
      incomplete: 'Not complete', not_applicable: 'NEWS2 does not apply',
    },
    noName: 'Name not shared with you',
    unreachable: 'The server cannot be reached. Check the connection and try again.',
    signIn: { title: 'Sign in', email: 'E-mail address', password: 'Password', button: 'Sign in', out: 'Sign out', as: 'Signed in as {name}, {role}',
      wrong: 'The e-mail address or the password is wrong.', ended: 'Your session has ended. Sign in again; nothing was lost.' },
    duration: { under: 'less than a minute', days: '{n} d', hours: '{n} h', minutes: '{n} min' },
    chart: { asTable: 'The same as a table', when: 'When', total: 'NEWS2', band: 'What it means', atLeast: 'at least {n}',
      summary: 'NEWS2 over the last {n} sets of readings. The latest is {total} at {at}: {band}.' },
    ago: {
      now: 'just now',
      minutes: { one: '1 minute ago', many: '{n} minutes ago' },
      hours: { one: '1 hour ago', many: '{n} hours ago' },
      days: { one: '1 day ago', many: '{n} days ago' },
    },
  },

  // ———————————————————————————————————————————————————————————————— app: the field app
  app: {
    title: 'Doorstep – visits',
    softSigns: { breathless: 'Breathless', unsteady: 'Unsteady', distressed: 'Distressed', withdrawn: 'Withdrawn', more_tired: 'More tired',
      restless: 'Restless', confused: 'Confused', not_eating: 'Not eating', other: 'Something else' },
    medicine: { given: 'Given', missed: 'Missed', refused: 'Refused', not_due: 'Not due' },
    noAccess: { no_reply: 'No reply: not known where they are', failed: 'Not let in, or known to be safe elsewhere' },
    purposes: { wound_care: 'Wound care', insulin: 'Insulin', medication: 'Medication', catheter: 'Catheter', palliative: 'Palliative care', assessment: 'Assessment',
      observation: 'Observation', bloods: 'Bloods', continence: 'Continence', rehabilitation: 'Rehabilitation', mental_health_review: 'Mental health review',
      social_care_review: 'Social care review', wellbeing: 'Wellbeing', other: 'Other' },
    statuses: { planned: 'Planned', in_progress: 'Under way', completed: 'Completed', no_access: 'No access', refused: 'Refused', cancelled: 'Cancelled', retracted: 'Withdrawn' },
    outcomes: { care_given: 'Care given', care_part_given: 'Part of the care given', care_not_needed: 'Care not needed', advice_given: 'Advice given', handed_over: 'Handed over',
      admitted: 'Admitted', died: 'Died', other: 'Other' },
    wellbeing: { well: 'Well', as_usual: 'As usual', not_usual_self: 'Not their usual self', unwell: 'Unwell' },
    sbar: {
      person: 'The person', personAged: 'A person aged {age}', situation: '{who}, seen at home at {time}: {reasons}.', pleaseRead: 'please read',
      news2: 'NEWS2 {total}', news2AtLeast: 'NEWS2 at least {total}, not all readings taken', softSigns: 'not their usual self ({signs})', medicine: 'critical medicine {what}',
      needs: 'Communication: {needs}', readings: 'Readings: {text}.', newThree: 'New 3 for this person: {what}.', before: 'NEWS2 was {total} the time before.',
      incomplete: 'Not all seven readings were taken.',
      ask: { E: '999 has been called, or call now. Please review at once.', U2: 'Please review within 2 hours and ring me back.', SD: 'Please review today.',
        R: 'Please review at the next opportunity.', I: 'For your information; nothing is asked.' },
    },
    text: { born: 'Born', number: 'Health service number', visit: 'Visit', by: 'By', purpose: 'Purpose', status: 'Status', noAccess: 'No access', outcome: 'Outcome', medicine: 'Critical medicine',
      signs: 'Not their usual self', readings: 'Readings at {at}', total: 'NEWS2 {total}: {band}', note: 'Note', handover: 'Handover, {cls}: {state}',
      parts: { situation: 'Situation', background: 'Background', assessment: 'Assessment', recommendation: 'Recommendation', answer: 'Answer' },
      filed: 'Filed in the record by {by}, {at}' },
  },

  // ———————————————————————————————————————————————————————————————— practice: the inbox
  practice: {
    title: 'Inbox – Doorstep',
  },

  // ———————————————————————————————————————————————————————————————— desk: leads and coordinators
  desk: {
    title: 'Desk – Doorstep',
  },
}

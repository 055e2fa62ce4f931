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

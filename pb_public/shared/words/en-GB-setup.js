// @ts-check
// Every sentence of the set-up page, of setting up at the desk, and of the page of one's own account, in British English.

export const setup = {
  title: 'Set up – Doorstep', name: 'Set up', loading: 'Looking at your link…', again: 'Try again', add: 'Add a team', remove: 'Remove', busy: 'One moment…',
  noLink: 'This page needs the link that the server printed when it was started.',
  how: 'Start the server again on its empty folder: it prints a new link. Or run “doorstep setup” on the machine itself.',
  intro: 'Nobody has an account on this server yet. Say who looks after it, for which organisation and with which teams. All of it can be changed later.',
  until: 'This link counts until {at}, once.', problem: 'There is a problem', done: 'It is set up. You are being signed in.',
  you: { title: 'Who looks after this server', hint: 'You make everybody else’s account. You see nobody’s care records.', name: 'Your name', email: 'Your e-mail address', emailHint: 'You sign in with it.',
    password: 'A password', passwordHint: 'At least 10 characters. Three or four words that have nothing to do with each other are good.' },
  neighbourhood: { title: 'The neighbourhood', name: 'Its name', hint: 'Such as Riverside. Teams of one neighbourhood pass on to each other.' },
  organisation: { title: 'Your organisation', name: 'Its name', kind: 'What it is', ods: 'Its ODS code', odsHint: 'Letters and digits, such as RX1. Leave it empty if there is none.', phone: 'Telephone',
    outOfHours: 'Where to turn when it is closed', outOfHoursHint: 'In a few words. Empty means NHS 111.' },
  teams: { title: 'Its teams', hint: 'Practices and partners come later, from the ODS directory or one by one.', one: 'Team {n}', name: 'Name', kind: 'What it does', phone: 'Telephone' },
  usual: { nursing: 'Community Nurses', coordination: 'Care Coordination', safeguarding: 'Safeguarding' },
  without: { coordination: 'Without a care coordination team, what no practice answers and what has no destination reaches nobody.',
    safeguarding: 'Without a safeguarding team, a safeguarding concern has no lead to go to.' },
  button: 'Set up and sign in',
  organisationKinds: { practice: 'GP practice', community_trust: 'Community trust', mental_health: 'Mental health trust', social_care: 'Council, social care', voluntary: 'Voluntary organisation' },
  teamKinds: { nursing: 'Community nursing', practice: 'GP practice', mental_health: 'Mental health', social_care: 'Social care', voluntary: 'Voluntary service', safeguarding: 'Safeguarding', coordination: 'Care coordination' },
}

export const account = {
  title: 'Your password – Doorstep', name: 'Your account', problem: 'There is a problem', busy: 'One moment…', back: 'Back to your work',
  code: { title: 'Set your password', intro: 'You were given a one-time code: on paper, as a picture, or read out to you.', code: 'Your code', codeHint: 'Twelve letters and digits. Spaces and capitals do not matter.',
    look: 'Go on', who: 'This is the account of {name}, {email}.', notYou: 'If that is not you, stop here and tell whoever gave you the code.' },
  password: { new: 'A password of your own', hint: 'At least 10 characters. Three or four words that have nothing to do with each other are good. Nobody else needs to know it.', again: 'The same once more', differ: 'These are two different passwords.',
    set: 'Set it and sign in', setOnly: 'Your password is set.', done: 'Your password is set. You are being signed in.' },
  own: { title: 'Change your password', intro: 'You are signed in as {name}, {email}.', current: 'Your present password', button: 'Change it', done: 'Your password is changed. Pages that were open elsewhere ask for the new one; phones go on as they are.',
    forgotten: 'If you have forgotten your password, ask whoever administers your organisation for a one-time code.', haveCode: 'I have a one-time code' },
}

/** Setting up at the desk. */
export const administration = {
  title: 'Set up', busy: 'One moment…', save: 'Save', saved: '{name} is saved.', planned: '{name} is saved. It holds from {at}.', nothing: 'Nothing was changed.', yes: 'Yes', no: 'No', none: 'None',
  intro: 'The organisations you look after, with their teams. Each change counts at once, and is kept with who made it.', toAccounts: 'Who has which role', newOrganisation: 'A new organisation', newTeam: 'A new team of {name}', team: 'Team', closes: 'Closed on {day}',
  filter: 'Show only names or codes with', more: 'Show more', firstOf: { one: '1 organisation', other: '{n} organisations' },
  neighbourhoods: 'Neighbourhoods', neighbourhood: 'Neighbourhood', newNeighbourhood: 'A new neighbourhood', noNeighbourhood: 'No neighbourhood',
  without: { coordination: 'There is no care coordination team: what no practice answers and what has no destination reaches nobody.', safeguarding: 'There is no safeguarding team: a safeguarding concern has no lead to go to.' },
  days: { monday: 'Monday', tuesday: 'Tuesday', wednesday: 'Wednesday', thursday: 'Thursday', friday: 'Friday', saturday: 'Saturday', sunday: 'Sunday' },
  nations: { england: 'England', wales: 'Wales', scotland: 'Scotland', northern_ireland: 'Northern Ireland' },
  routes: { inbox: 'By its inbox', phone: 'By telephone only' }, hoursN: '{n} hours',
  fields: { name: 'Name', kind: 'What it is', kindHint: 'Only whoever looks after the whole server changes it: what people have agreed to hangs on it.', odsCode: 'ODS code', odsHint: 'Letters and digits, such as RX1. Empty where there is none.', phone: 'Telephone', address: 'Address', postcode: 'Postcode',
    outOfHours: 'Where to turn when it is closed', outOfHoursHint: 'In a few words, such as NHS 111.', closedOn: 'Closed for good on', closedHint: 'From that day it receives nothing. Empty while it is open.',
    hours: 'Opening hours', hoursHint: 'Such as 08:00-18:30. A day left empty is closed. All empty: 08:00 to 18:30, Monday to Friday, but for bank holidays.',
    nation: 'Nation', nationHint: 'Its bank holidays are closed days.', days: 'Days with other hours', daysHint: 'A training day, Christmas Eve, or a bank holiday on which you work. No hours means closed.', day: 'Day {n}', dayHours: 'Hours on day {n}', dayName: 'What for, day {n}', addDay: 'Add a day', removeDay: 'Remove day {n}',
    pin: 'A six-digit PIN may open a phone during a shift', pinHint: 'Otherwise the passphrase opens it each time.', lease: 'How long a phone shows people without the server', leaseHint: 'After that it shows nobody until it has been in touch again.',
    route: 'How it is reached', routeHint: 'One that is reached by telephone only is rung, and the call is recorded.', teamKind: 'What it does', neighbourhoodHint: 'Teams of one neighbourhood pass on to each other.',
    email: 'E-mail address', emailHint: 'They sign in with it.', role: 'Role', organisation: 'Organisation', teams: 'Teams', noTeams: 'This organisation has no team yet.', registration: 'Registration number', registrationHint: 'Such as the NMC PIN. Empty where there is none.' },
  accounts: 'Who has which role', newAccount: 'A new account', make: 'Make the account', print: 'Print the table', accountsFilter: 'Show only names, addresses or roles with', asOf: 'As of {at}', otherTeam: 'a team elsewhere', table: 'The table',
  columns: { name: 'Name', role: 'Role', organisation: 'Organisation', teams: 'Teams', email: 'E-mail', standing: 'Account' },
  inUse: 'In use', noPassword: 'No password yet', left: 'Left {at}', leaves: 'Leaves {at}', begins: 'Begins {at}', notBegun: 'Has not begun', changes: 'Changes {at}', emptied: 'none',
  willChange: 'From {at}: {what}', willBegin: 'They begin on {at}.', takeBack: 'Take it back', takenBack: 'Nothing is planned for {name} any more.',
  from: 'From when it holds', beginsOn: 'When they begin', fromHint: 'Empty means at once. Time in London.', beginsHint: 'Empty means at once. Until then they can set a password, and not sign in. Time in London.', leaver: '{name} leaves, or stays after all',
  invite: 'A code for their first password', reset: 'A code for a new password', codeMeans: 'It counts once, for seven days. A code made before counts no more.',
  letterTitle: 'For {name}', letterPicture: 'The code as a picture', letter: 'Point the camera of a phone at the picture, or go to {address} and type this code:', letterThen: 'There you set a password of your own. You then sign in with {email} and that password.',
  letterUntil: 'The code counts once, until {at}. If this letter is not for you, please give it back.', printLetter: 'Print it as a letter',
}

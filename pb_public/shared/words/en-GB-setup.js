// @ts-check
// Every sentence of the set-up page and of the page of one's own account, in British English.

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
    set: 'Set it and sign in', done: 'Your password is set. You are being signed in.' },
  own: { title: 'Change your password', intro: 'You are signed in as {name}, {email}.', current: 'Your present password', button: 'Change it', done: 'Your password is changed. Pages that were open elsewhere ask for the new one; phones go on as they are.',
    forgotten: 'If you have forgotten your password, ask whoever administers your organisation for a one-time code.', haveCode: 'I have a one-time code' },
}

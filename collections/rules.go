package collections

// signedIn lets every member of staff through who has not left yet. The token alone is not enough: PocketBase
// reads the row of its holder at each request, so a leaver is out at once.
//
// It is the rule of the reference collections. No other collection has one: what is about somebody who is
// cared for leaves by our own routes alone, and no filter or sort may join it.
const signedIn = `@request.auth.collectionName = "staff" && (@request.auth.inactive_since = "" || @request.auth.inactive_since > @now)`

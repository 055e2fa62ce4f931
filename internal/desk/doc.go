// Package desk decides what a team lead or a care coordinator may decide: issues, caseloads,
// staff who leave, phones, people new to the neighbourhood.
//
// Each decision names the few methods it needs of the store as an interface, runs within one
// transaction, and is refused with an [Error]. It knows no SQL, no route and no status code.
package desk

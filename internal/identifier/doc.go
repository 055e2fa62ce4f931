// Package identifier holds the three identifiers Doorstep stores and routes by: the
// NHS number of a person, the ODS code of an organisation and the ULID of a record.
//
// Each has one canonical text form and one parser that names the rule it refused by.
// A well-formed identifier is not a match: whether an NHS number belongs to the person
// at the door needs surname and date of birth too, and stays "unverified" here.
package identifier

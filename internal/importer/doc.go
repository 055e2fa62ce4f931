// Package importer takes in data that exists elsewhere: the directory of practices as the ODS
// publishes it, and people with their caseloads from tables or FHIR R4, packed or not, in any
// encoding that files have.
//
// A file is read as a stream and written in chunks of one transaction each. Every row gets one
// outcome and, when it is not plain, a reason; a bad row never keeps a good one out. Running the
// same file twice changes nothing. Parsing and deciding are here; [Store] is the interface to a
// database.
//
// NB! A report about people names lines, fields and record ids, never a value: reports are kept
// in places where patient data must not be.
package importer

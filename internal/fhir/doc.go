// Package fhir writes a handover as FHIR R4 (4.0.1): a Bundle of all that its reader sees of it, or its Task alone. The same
// handover gives the same bytes. It knows neither store nor route: what somebody may not see is not handed to it.
//
// Codes, units and fixed texts of readings are those of UK Core (NHSDigital/FHIR-R4-UKCORE-STAGING-MAIN, June 2025). What
// these profiles fix is tested by value; that they conform as a whole is not proven, and no resource says so of itself.
package fhir

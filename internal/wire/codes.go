package wire

import "fmt"

// Code says in a word for programs why an answer is no success. Codes are part of the protocol.
type Code string

// The codes of every answer that is no success; what each means is in the table.
const (
	CodeMalformed            Code = "malformed"
	CodeInvalid              Code = "invalid"
	CodeCursor               Code = "cursor"
	CodeInvalidKey           Code = "invalid_key"
	CodeUnsupportedGrantType Code = "unsupported_grant_type"
	CodeClock                Code = "clock"
	CodeReplayed             Code = "replayed"
	CodeInvalidAssertion     Code = "invalid_assertion"
	CodeInvalidAudience      Code = "invalid_audience"
	CodeTokenExpired         Code = "token_expired"
	CodeTokenInvalid         Code = "token_invalid"
	CodeTokenMissing         Code = "token_missing"
	CodeRelogin              Code = "relogin"
	CodeRevoked              Code = "revoked"
	CodeSignInFailed         Code = "sign_in_failed"
	CodeCodeInvalid          Code = "code_invalid"
	CodeLost                 Code = "lost"
	CodePushOnly             Code = "push_only"
	CodeNotYourClient        Code = "not_your_client"
	CodeInactive             Code = "inactive"
	CodeNoDeviceRole         Code = "no_device_role"
	CodeForbidden            Code = "forbidden"
	CodeLocked               Code = "locked"
	CodeNotFound             Code = "not_found"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeUnsupportedEncoding  Code = "unsupported_encoding"
	CodeGap                  Code = "gap"
	CodeForked               Code = "forked"
	CodeKeyTaken             Code = "key_taken"
	CodeClientTaken          Code = "client_taken"
	CodeTooManyPhones        Code = "too_many_phones"
	CodeEpoch                Code = "epoch"
	CodeTooLarge             Code = "too_large"
	CodeTooMany              Code = "too_many"
	CodeTooManyRequests      Code = "too_many_requests"
	CodeTooSlow              Code = "too_slow"
	CodeServerError          Code = "server_error"
	CodeBusy                 Code = "busy"
	CodeUnavailable          Code = "unavailable"
	CodeCannotRead           Code = "cannot_read"
	CodeAlready              Code = "already"
	CodeWrongState           Code = "wrong_state"
	CodeChanged              Code = "changed"
	CodeTooManyLines         Code = "too_many_lines"
	CodeNotAllowed           Code = "not_allowed"
	CodeReasonNeeded         Code = "reason_needed"
	CodeOutcomeNeeded        Code = "outcome_needed"
	CodeTextNeeded           Code = "text_needed"
	CodeNameNeeded           Code = "name_needed"
	CodeTeamNeeded           Code = "team_needed"
	CodeSafeNoteNeeded       Code = "safe_note_needed"
	CodeImmutable            Code = "immutable"
	CodeNotSettled           Code = "not_settled"
	CodeNoCaseload           Code = "no_caseload"
	CodeTwoAtOnce            Code = "two_at_once"
	CodeOutsideCaseload      Code = "outside_caseload"
	CodeClosedDay            Code = "closed_day"
	CodeDied                 Code = "died"
	CodePlanEnded            Code = "plan_ended"
	CodeNotPlanned           Code = "not_planned"
	CodeYourself             Code = "yourself"
	CodeOnlyAdministrator    Code = "only_administrator"
	CodeClosedElsewhere      Code = "closed_elsewhere"
	CodeIDTaken              Code = "id_taken"
	CodeNotRegistered        Code = "not_registered"
	CodeSameNumber           Code = "same_number"
	CodeWrongType            Code = "wrong_type"
	CodeOutOfRange           Code = "out_of_range"
	CodeUnknownValue         Code = "unknown_value"
	CodeTooLong              Code = "too_long"
	CodeInvalidNHSNumber     Code = "invalid_nhs_number"
	CodeInvalidODSCode       Code = "invalid_ods_code"
)

// Row is a row of the table of codes.
type Row struct {
	Code   Code
	Status int   // of HTTP
	Retry  Retry // whether the same request makes sense again
	Means  string
	// On and Do, for phones: the requests it answers, and what a client does. Empty for the codes of desks
	// and inboxes, whose pages show the sentence.
	On, Do string
}

// Codes is the one table of what an error can say.
var Codes = []Row{
	{CodeMalformed, 400, RetryAfterFix, "a body, a form or a header that cannot be read", "any", "a mistake in the client. Keep everything, report it, try again later"},
	{CodeInvalid, 400, RetryAfterFix, "something in the request that makes no sense", "any", "as `malformed`"},
	{CodeCursor, 400, RetryAfterFix, "a cursor that is not one of ours", "pull, digest", "pull from the beginning; keep the outbox"},
	{CodeInvalidKey, 400, RetryAfterFix, "no public key of a kind we take", "devices, hello", "make a new key; at hello, of the locked phone"},
	{CodeUnsupportedGrantType, 400, RetryAfterFix, "another way of asking for a token", "token", "a mistake in the client"},
	{CodeClock, 401, RetryNow, "the clock of the phone is wrong", "token", "(+`server_time`) put the clock right by it, sign a new assertion, at once"},
	{CodeReplayed, 401, RetryNow, "the assertion was used before", "token", "sign a new assertion, at once"},
	{CodeInvalidAssertion, 401, RetryAfterFix, "not signed by an enrolled device, or not by the rules", "token", "try again; three times in a row: as `relogin`"},
	{CodeInvalidAudience, 401, RetryAfterFix, "addressed to another server", "token", "as `invalid_assertion`"},
	{CodeTokenExpired, 401, RetryNow, "the token has run out", "any", "fetch a token, repeat the request"},
	{CodeTokenInvalid, 401, RetryNow, "no token of this server", "any", "as `token_expired`"},
	{CodeTokenMissing, 401, RetryNow, "no token at all", "any", "as `token_expired`"},
	{CodeRelogin, 401, RetryAfterFix, "somebody must sign in", "any", "(+`directive`) §13.4"},
	{CodeRevoked, 401, RetryNever, "the device was withdrawn", "any", "(+`directive`) §13.4"},
	{CodeSignInFailed, 400, RetryAfterFix, "no such account, or another password", "sign-in", "say so; the person types it again, or asks their lead for a code"},
	{CodeCodeInvalid, 401, RetryNever, "the one-time code or link is unknown, used or expired", "devices", "ask for a new code"},
	{CodeLost, 403, RetryNever, "the device was reported lost", "any", "(+`directive: wipe`) §13.4"},
	{CodePushOnly, 403, RetryNever, "the phone may hand in, and gets nothing", "pull, digest", "(+`directive`) §13.4"},
	{CodeNotYourClient, 403, RetryNever, "the outbox of another device", "hello, push, pull, digest", "sign in, enrol with the same client"},
	{CodeInactive, 403, RetryNever, "this member of staff has left", "any", "tell the person; keep everything; try again later"},
	{CodeNoDeviceRole, 403, RetryNever, "a role that carries no device", "any", "as `inactive`"},
	{CodeLocked, 403, RetryNever, "the token of a locked phone, which hands in and reads nothing; or, at `/sealed`, that of one that is not locked", "any", "a mistake in the client: send what is sealed while locked, and everything else with the token of the device's own key"},
	{CodeForbidden, 403, RetryNever, "not for this role", "any", "as `inactive`"},
	{CodeNotFound, 404, RetryNever, "not there, or not theirs", "any", "not there, or not yours: the same answer"},
	{CodeMethodNotAllowed, 405, RetryNever, "the address takes other methods", "any", "a mistake in the client"},
	{CodeUnsupportedMediaType, 415, RetryAfterFix, "a body of another type", "any", "a mistake in the client"},
	{CodeUnsupportedEncoding, 415, RetryAfterFix, "a body compressed in another way, or twice", "any", "a mistake in the client"},
	{CodeGap, 409, RetryNow, "a number is missing before this one", "push", "(+`expected`) send from `expected` (§13.3); above your own mids: §13.2"},
	{CodeForked, 409, RetryAfterFix, "the number was used for another change", "push", "(+`last_mid`, `last_key`) §13.2"},
	{CodeKeyTaken, 409, RetryAfterFix, "the key is enrolled for somebody else", "devices", "make a new key"},
	{CodeClientTaken, 409, RetryAfterFix, "the client belongs to somebody else", "devices", "take a new client"},
	{CodeTooManyPhones, 409, RetryLater, "as many phones are in use as one person may have", "devices", "say so: their lead withdraws one, or tomorrow one that was not used makes room"},
	{CodeEpoch, 410, RetryAfterFix, "the server was restored from a backup", "push, pull, digest", "(+`epoch`, `last_mid`, `last_key`) §13.3"},
	{CodeTooLarge, 413, RetryAfterFix, "a body larger than one may be", "any", "half of it (§6.3)"},
	{CodeTooMany, 413, RetryAfterFix, "more items than one request may hold", "push, digest", "half of it (§6.3)"},
	{CodeTooSlow, 408, RetryLater, "the body took too long to arrive", "any", "as `server_error`"},
	{CodeTooManyRequests, 429, RetryLater, "asked too often", "any", "(+`Retry-After`) wait"},
	{CodeServerError, 500, RetryLater, "a fault of ours", "any", "(+`Retry-After`) §13.1. Nothing of the request was acknowledged. So too for anything else from 500 up, such as what a proxy makes up"},
	{CodeBusy, 503, RetryLater, "many are sending at this moment", "any", "as `server_error`"},
	{CodeUnavailable, 503, RetryLater, "the server cannot store anything at the moment", "any", "as `server_error`"},
	{CodeCannotRead, 503, RetryLater, "the server cannot read what it holds at the moment", "any", "as `server_error`"},
	{CodeAlready, 409, RetryNever, "somebody was first", "", ""},
	{CodeWrongState, 409, RetryNever, "not possible from where the handover stands", "", ""},
	{CodeChanged, 409, RetryAfterFix, "somebody changed it since", "", ""},
	{CodeTooManyLines, 409, RetryNever, "as much was written into the handover as one person may", "", ""},
	{CodeNotAllowed, 403, RetryNever, "an action that is not for this role", "", ""},
	{CodeReasonNeeded, 400, RetryAfterFix, "a reason is missing", "", ""},
	{CodeOutcomeNeeded, 400, RetryAfterFix, "a coded outcome is missing", "", ""},
	{CodeTextNeeded, 400, RetryAfterFix, "an answer that asks for work says what work", "", ""},
	{CodeNameNeeded, 400, RetryAfterFix, "a call that reached somebody reached a named person", "", ""},
	{CodeTeamNeeded, 400, RetryAfterFix, "hand on to which team", "", ""},
	{CodeSafeNoteNeeded, 400, RetryAfterFix, "a voluntary team gets a note that is safe to share", "", ""},
	{CodeImmutable, 409, RetryAfterFix, "the field is never changed once it is written", "", ""},
	{CodeNotSettled, 409, RetryAfterFix, "the decision does not settle the issue", "", ""},
	{CodeNoCaseload, 409, RetryAfterFix, "somebody in this role holds no people", "", ""},
	{CodeYourself, 409, RetryNever, "somebody else has to note that you leave", "", ""},
	{CodeOnlyAdministrator, 409, RetryNever, "nobody would be left who administers the organisation or the server", "", ""},
	{CodeClosedElsewhere, 409, RetryNever, "an administrator closed the account, not a desk", "", ""},
	{CodeIDTaken, 409, RetryAfterFix, "another record has this id", "", ""},
	{CodeNotRegistered, 409, RetryAfterFix, "the person could not be taken in", "", ""},
	{CodeSameNumber, 409, RetryAfterFix, "somebody is registered with this NHS number", "", ""},
	{CodeTwoAtOnce, 409, RetryAfterFix, "somebody would have to be in two places", "", ""},
	{CodeOutsideCaseload, 409, RetryAfterFix, "the person is not on the caseload of who is to go", "", ""},
	{CodeClosedDay, 409, RetryAfterFix, "the team is closed then", "", ""},
	{CodeDied, 409, RetryNever, "the person died: nobody goes any more", "", ""},
	{CodePlanEnded, 409, RetryNever, "a plan that has ended is not changed any more", "", ""},
	{CodeNotPlanned, 409, RetryAfterFix, "the visits of a plan could not be taken in", "", ""},
	{CodeWrongType, 400, RetryAfterFix, "a value of another kind than the field", "", ""},
	{CodeOutOfRange, 400, RetryAfterFix, "a number outside the field's limits", "", ""},
	{CodeUnknownValue, 400, RetryAfterFix, "a value that is not one of the field's", "", ""},
	{CodeTooLong, 400, RetryAfterFix, "more text than the field holds", "", ""},
	{CodeInvalidNHSNumber, 400, RetryAfterFix, "no NHS number", "", ""},
	{CodeInvalidODSCode, 400, RetryAfterFix, "no ODS code", "", ""},
}

var byCode = func() map[Code]*Row {
	m := make(map[Code]*Row, len(Codes))
	for i := range Codes {
		m[Codes[i].Code] = &Codes[i]
	}
	return m
}()

// RowOf returns the row of a code, and whether there is one.
func RowOf(code Code) (Row, bool) {
	row, ok := byCode[code]
	if !ok {
		return Row{}, false
	}
	return *row, true
}

// Fail makes the error of a code: its status and its retry are those of the table. A code without a row is a
// mistake of ours and is answered as one.
func Fail(code Code, format string, args ...any) *Error {
	row, ok := byCode[code]
	if !ok {
		row = byCode[CodeServerError]
	}
	return &Error{Status: row.Status, Code: string(code), Message: fmt.Sprintf(format, args...), Retry: row.Retry}
}

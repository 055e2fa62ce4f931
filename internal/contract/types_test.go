package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/health"
	"doorstep/internal/httpapi"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
	"doorstep/internal/pbpages"
	"doorstep/internal/plan"
	"doorstep/internal/rules"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

// types are the Go types behind the schemas; the others are parts, unions or PocketBase's.
var types = map[string]any{
	"StoredOrganisation": setup.StoredOrganisation{}, "StoredTeam": setup.StoredTeam{}, "StoredAccount": setup.StoredAccount{},
	"FieldError": wire.FieldError{}, "NewNeighbourhood": setup.Neighbourhood{}, "NewAdministrator": setup.Administrator{}, "NewOrganisation": setup.Organisation{},
	"NewTeam": setup.Team{}, "NewMember": setup.Member{},
	"Error": wire.Error{}, "EnrolRequest": wire.EnrolRequest{}, "EnrolResponse": httpapi.Enrolled{}, "TokenResponse": wire.TokenResponse{},
	"HelloRequest": wire.HelloRequest{}, "HelloResponse": wire.HelloResponse{}, "OutboxState": wire.OutboxState{}, "ScopeState": wire.ScopeState{},
	"RevokedScope": wire.RevokedScope{}, "SchemaState": wire.SchemaState{}, "Limits": wire.Limits{}, "Pace": wire.Pace{}, "Poke": wire.Poke{},
	"PushResponse": wire.PushResponse{}, "SealedRequest": wire.SealedRequest{}, "SealedChange": wire.SealedChange{}, "SealedResponse": wire.SealedResponse{}, "Taken": wire.Taken{}, "SealingKey": wire.SealingKey{}, "Result": wire.Result{}, "RecordRef": wire.RecordRef{}, "Conflict": wire.Conflict{}, "Issue": wire.Issue{},
	"PullResponse": wire.PullResponse{}, "Loading": wire.Loading{}, "ScopeEvent": wire.ScopeEvent{}, "Delivery": wire.Delivery{},
	"DigestRequest": wire.DigestRequest{}, "DigestResponse": wire.DigestResponse{}, "ScopeDigest": wire.ScopeDigest{}, "HeldRecord": wire.HeldRecord{},
	"Names": httpapi.Names{}, "RuleWarning": rules.Warning{}, "Self": access.Self{}, "Colleague": access.Colleague{},
	"Named": care.Named{}, "Person": access.Person{}, "Call": httpapi.Call{}, "RuleHeld": httpapi.RuleHeld{}, "HandoverProvenance": httpapi.HandoverProvenance{},
	"HandoverView": httpapi.HandoverView{}, "HandoverEvent": httpapi.HandoverEvent{}, "Evidence": httpapi.Evidence{}, "Queues": desk.Queues{}, "NotHere": care.NotHere{}, "Figures": httpapi.Figures{},
	"TrendPoint": pbpages.TrendPoint{}, "Measured": pbpages.Measured{}, "TeamRoute": httpapi.TeamRoute{}, "AskedAccount": httpapi.AskedAccount{}, "ReceiverToken": httpapi.ReceiverToken{}, "TeamDelivery": httpapi.TeamDelivery{}, "AskBeside": httpapi.AskBeside{}, "OpenTeam": httpapi.OpenTeam{},
	"Effect": desk.Effect{}, "Member": access.StaffRow{}, "Left": desk.Left{}, "Stayed": desk.Stayed{}, "Handed": desk.TakenOver{},
	"Hanging": desk.Hanging{}, "HangingVisit": desk.HangingVisit{}, "DeviceRow": desk.Device{}, "DeviceReason": desk.Reason{}, "UnsentWork": desk.UnsentWork{},
	"TimelineItem": httpapi.TimelineItem{}, "TimelineChange": httpapi.TimelineChange{}, "PersonContinuity": httpapi.PersonContinuity{}, "TimelinePhone": pbpages.TimelinePhone{},
	"StoredNow": httpapi.StoredNow{}, "StoredRecord": httpapi.StoredRecord{}, "FoundPerson": httpapi.FoundPerson{}, "Work": httpapi.Work{}, "WorkVisit": httpapi.WorkVisit{}, "WorkHandover": httpapi.WorkHandover{},
	"PlanContent": plan.Content{}, "VisitPlan": httpapi.VisitPlan{}, "Board": httpapi.Board{}, "BoardRound": httpapi.BoardRound{}, "BoardVisit": httpapi.BoardVisit{}, "SameVisit": httpapi.SameVisit{},
	"KeptRule": httpapi.KeptRule{}, "Backtest": httpapi.Backtest{}, "BacktestRow": httpapi.BacktestRow{}, "BacktestLine": httpapi.BacktestLine{}, "ContactList": httpapi.ContactList{}, "ContactCounts": httpapi.ContactCounts{}, "ListedPerson": httpapi.ListedPerson{}, "ListOfPerson": httpapi.ListOfPerson{},
	"NeighbourhoodFigures": httpapi.NeighbourhoodFigures{}, "FiguresPartner": httpapi.FiguresPartner{}, "WaitingFigure": httpapi.WaitingFigure{}, "FiguresChart": httpapi.FiguresChart{},
	"FiguresPeriod": httpapi.FiguresPeriod{}, "PeriodFigure": httpapi.PeriodFigure{}, "FiguresGoals": httpapi.FiguresGoals{}, "FiguresTarget": httpapi.FiguresTarget{}, "FiguresReview": httpapi.FiguresReview{},
	"FiguresCell": measures.Cell{}, "FiguresLimits": measures.Chart{}, "FiguresPathway": measures.PublishedPathway{}, "FiguresBaseline": pbmeasures.Baseline{},
	"UsualFace": httpapi.UsualFace{}, "RefusedMove": desk.RefusedMove{},
	"Health": health.Report{}, "Queue": health.Queue{}, "LastRun": health.LastRun{}, "StoreTest": health.StoreTest{},
	"JobRun": health.JobRun{}, "Requests": health.Requests{}, "Share": health.Share{}, "Disk": health.Disk{}, "ClockState": health.Clock{}, "Check": health.Check{}, "Unreadable": health.Unreadable{}, "CopyState": health.Copy{},
}

// private are types of internal/httpapi that only it can name, by their schemas.
var private = map[string]string{
	"NotHereRequest": "notHereRequest", "NotHereStands": "notHereStands", "FiguresPage": "list",
	"RouteRequest": "routeRequest", "TeamRoutes": "teamRoutes", "RouteMade": "routeMade", "RouteTried": "routeTried", "ReceiverTokenMade": "receiverTokenMade", "Undelivered": "undelivered", "OtherWay": "otherWay", "UndeliveredPage": "list",
	"OnceAskRequest": "onceAskRequest", "OnceAsked": "onceAsked", "OnceOpenRequest": "onceOpenRequest", "OnceOpened": "onceOpened", "OnceAcknowledgeRequest": "onceAcknowledgeRequest", "OnceAcknowledged": "onceAcknowledged",
	"NoticeRequest": "noticeRequest", "NoticeEndRequest": "noticeEndRequest", "NoticesEnded": "noticesEnded", "OwnNotices": "ownNotices", "OwnNotice": "ownNotice",
	"OnceAccountRequest": "onceAccountRequest", "AccountAsked": "accountAsked", "AskedAccountPage": "list",
	"NeighbourhoodRow": "neighbourhoodRow", "NeighbourhoodPage": "list", "PeopleBehind": "peopleList", "TargetRequest": "targetRequest", "ReviewRequest": "reviewRequest", "EndTargetRequest": "endTargetRequest",
	"GuestRequest": "guestRequest", "FiguresGuest": "figuresGuest", "GuestPage": "list", "Promised": "promised",
	"OtherRequest": "otherRequest", "Chased": "chased",
	"SetRequest": "setRequest", "AccountRequest": "accountRequest", "Stored": "stored", "Invitation": "invitation", "OrganisationPage": "list", "AccountPage": "list",
	"SetUpLinkRequest": "setUpLinkRequest", "SetUpLinkResponse": "setUpLinkResponse", "SetUpRequest": "setUpRequest", "SetUpResponse": "setUpResponse",
	"PasswordCodeRequest": "passwordCodeRequest", "PasswordOwner": "passwordOwner", "NewPasswordRequest": "newPasswordRequest", "PasswordSet": "passwordSet", "OwnPasswordRequest": "ownPasswordRequest",
	"SignInRequest": "signInRequest", "SignInResponse": "signInResponse", "StaffSignedIn": "staffSignedIn", "SignInCodeRequest": "signInCodeRequest", "SignInCodeResponse": "signInCodeResponse",
	"HandoverAction": "actRequest", "HandoverReceipt": "handoverReceipt", "ResolveRequest": "resolveRequest", "DismissRequest": "dismissRequest",
	"CaseloadRow": "caseloadRow", "InboxState": "inboxState", "Attention": "attentionView", "AttentionAnswer": "attentionAnswer", "HoldRequest": "holdRequest", "ReleaseRequest": "releaseRequest",
	"Decided": "decided", "IssueDetail": "issueDetail", "IssuePage": "issueList", "AssignRequest": "assignRequest", "Assigned": "assigned", "EndRequest": "endRequest",
	"Holder": "holder", "MoveRequest": "moveRequest", "MovedAnswer": "movedAnswer", "RegisterRequest": "registerRequest", "Registered": "registered", "PersonRecord": "personRecord", "CorrectRequest": "correctRequest", "ConsentRequest": "consentRequest", "ConsentAnswer": "consentAnswer", "MergeRequest": "mergeRequest", "MergeAnswer": "mergeAnswer", "MergedField": "mergedField", "MergedPerson": "mergedPerson", "UnmergeAnswer": "unmergeAnswer", "AlikeRequest": "alikeRequest", "PeopleList": "peopleAnswer",
	"LeaveRequest": "leaveRequest", "DeviceRequest": "deviceRequest", "HandoverPage": "list", "CaseloadPage": "list", "StaffPage": "list", "DevicePage": "list",
	"PlanRequest": "planRequest", "PlanContentRequest": "planContentRequest", "PlanChangeRequest": "planChangeRequest", "EndPlanRequest": "endPlanRequest", "PlanPage": "list", "LatePage": "list", "LateVisit": "LateVisit", "LoneStay": "LoneStay", "LoneStep": "LoneStepView", "LoneList": "loneList", "LoneRequest": "loneRequest",
	"KeptRules": "keptRules", "RuleRequest": "ruleRequest", "RuleAnswer": "ruleAnswer", "CaseAnswer": "caseAnswer", "BacktestRequest": "backtestRequest", "ContactListRequest": "contactListRequest", "ContactListAnswer": "contactListAnswer", "ListedAnswer": "listedAnswer", "PutOnListRequest": "putOnListRequest", "TakeOffListRequest": "takeOffListRequest", "ReviewListedRequest": "reviewListedRequest", "ContactListPage": "list", "ListedPage": "list", "ListsOfPersonPage": "list",
	"BoardMoveRequest": "boardMoveRequest", "Planned": "planned", "BoardMoved": "boardMoved", "BoardRoundRequest": "boardRoundRequest",
	"CoverRequest": "coverRequest", "CoverAnswer": "coverAnswer", "SearchRequest": "searchRequest", "ImportRequest": "importRequest", "ImportLine": "importLine", "ImportAnswer": "importAnswer", "ClosedRequest": "closedRequest", "TimelinePage": "timelinePage", "PeoplePage": "list", "FieldInfo": "fieldInfo", "FieldPage": "list",
}

func TestSchemasHaveTheFieldsOfTheRoutesOwnTypes(t *testing.T) {
	declared := declaredStructs(t)
	documented := load(t).Components.Schemas
	for name, of := range private {
		if declared[of] == nil || documented[name] == nil {
			t.Errorf("schema %s or type %s is missing", name, of)
			continue
		}
		want := fieldsIn(t, declared, declared[of])
		if have := slices.Sorted(maps.Keys(documented[name].Value.Properties)); !slices.Equal(have, slices.Sorted(maps.Keys(want))) {
			t.Errorf("schema %s has %v, type %s has %v", name, have, of, slices.Sorted(maps.Keys(want)))
		}
		request := strings.HasSuffix(of, "Request") || of == "holder"
		for field, tag := range want {
			_, options, _ := strings.Cut(tag.Get("json"), ",")
			needed := !strings.Contains(options, "omitempty")
			if request {
				needed = strings.HasPrefix(tag.Get("validate"), "required")
			}
			if needed != slices.Contains(documented[name].Value.Required, field) {
				t.Errorf("schema %s: %s is needed: %v, required: %v", name, field, needed, !needed)
			}
		}
	}
}

// declaredStructs are the structs that internal/httpapi declares.
func declaredStructs(t *testing.T) map[string]*ast.StructType {
	t.Helper()
	found := map[string]*ast.StructType{}
	files, err := filepath.Glob(filepath.Join("..", "httpapi", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					found[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	return found
}

// fieldsIn are the tags of a struct's fields by their JSON names, those of embedded structs too.
func fieldsIn(t *testing.T, declared map[string]*ast.StructType, s *ast.StructType) map[string]reflect.StructTag {
	t.Helper()
	fields := map[string]reflect.StructTag{}
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			embedded := f.Type
			if of, ok := embedded.(*ast.IndexExpr); ok { // of a generic type
				embedded = of.X
			}
			switch e := embedded.(type) {
			case *ast.Ident:
				maps.Copy(fields, fieldsIn(t, declared, declared[e.Name]))
			case *ast.SelectorExpr:
				of := map[string]any{"Impact": desk.Impact{}, "Moved": desk.Moved{}, "Covered": desk.Covered{}, "PlanEffect": desk.PlanEffect{}, "MovedVisits": desk.MovedVisits{}}[e.Sel.Name]
				for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
					if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
						fields[name] = f.Tag
					}
				}
			}
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		fields[name] = reflect.StructTag(tag)
	}
	return fields
}

func TestSchemasHaveTheFieldsOfTheirTypes(t *testing.T) {
	documented := load(t).Components.Schemas
	for name, of := range types {
		schema := documented[name]
		if schema == nil {
			t.Errorf("%s has no schema", name)
			continue
		}
		want := map[string]bool{} // name: always there
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			if !f.IsExported() {
				continue
			}
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if tag != "-" {
				want[tag] = !strings.Contains(options, "omitempty")
			}
		}
		if have := slices.Sorted(maps.Keys(schema.Value.Properties)); !slices.Equal(have, slices.Sorted(maps.Keys(want))) {
			t.Errorf("schema %s has %v, the type has %v", name, have, slices.Sorted(maps.Keys(want)))
		}
		for field, always := range want {
			if always != slices.Contains(schema.Value.Required, field) {
				t.Errorf("schema %s: %s is always there: %v, required: %v", name, field, always, !always)
			}
		}
	}
}

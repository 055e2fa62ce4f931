package httpapi

// CaseloadRow is a row of a caseload as a page gets it.
type CaseloadRow = caseloadRow

// CareRoutes lists the routes of the pages as "POST /people".
func CareRoutes() []string {
	var list []string
	for _, r := range (&API{}).careRoutes() {
		list = append(list, r.method+" "+r.path)
	}
	return list
}

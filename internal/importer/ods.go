package importer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// Directories as the Organisation Data Service publishes them, and tables that people make of them.

// directoryColumns are those of a table of practices. Others are named in the report and left out.
var directoryColumns = &columns{
	required: []string{"ods_code", "name"},
	optional: []string{"address", "postcode", "telephone", "neighbourhood", "role", "status", "closed"},
	called: map[string]string{
		"code": "ods_code", "organisationcode": "ods_code", "orgcode": "ods_code", "practicecode": "ods_code", "orgid": "ods_code", "ods": "ods_code",
		"organisationname": "name", "orgname": "name", "practicename": "name", "practice": "name",
		"addressline1": "address", "addressline2": "address", "addressline3": "address", "addressline4": "address", "addressline5": "address",
		"address1": "address", "address2": "address", "address3": "address", "address4": "address", "address5": "address",
		"town": "address", "city": "address", "county": "address", "postalcode": "postcode",
		"phone": "telephone", "tel": "telephone", "telno": "telephone", "telephonenumber": "telephone", "phonenumber": "telephone", "contacttelephonenumber": "telephone", "contacttelephone": "telephone",
		"prescribingsetting": "role", "roleid": "role", "role1": "role", "roletype": "role",
		"statuscode": "status", "organisationstatus": "status", "closedate": "closed", "closeddate": "closed", "closedon": "closed", "dateclosed": "closed",
	},
	more: map[string]together{"address": joined},
}

// Columns of the reports that the ODS publishes without a header, as epraccur: 27, in the order of "GP and GP practice
// related data" (NHS England, ODS file structure).
const (
	odsReportColumns = 27
	odsCode          = 0
	odsName          = 1
	odsAddress       = 4 // and four more
	odsPostcode      = 9
	odsClosed        = 11
	odsStatus        = 12
	odsTelephone     = 17
	odsSetting       = 25
)

// isODSReport tells the report from a table: it begins with a code, and has as many columns as the ODS publishes.
func isODSReport(sample []byte) bool {
	cells, err := csv.NewReader(bytes.NewReader(sample)).Read()
	if err != nil || len(cells) != odsReportColumns {
		return false
	}
	_, err = identifier.ParseODSCode(strings.TrimSpace(cells[odsCode]))
	return err == nil && cells[odsStatus] != "" && directoryColumns.index()[fold(cells[odsCode])] == ""
}

func directoryInTable(s *source, o Options, report *Report, take func(listed) error) error {
	sample, err := s.sample()
	if err != nil {
		return err
	}
	if isODSReport(sample) {
		return odsReport(s, report, take)
	}
	t, err := openSheet(s, directoryColumns, o.LeaveOut)
	if err != nil {
		return err
	}
	for _, heading := range t.leftOut {
		report.LeftOut[heading] = 0
	}
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			report.Remarks = append(report.Remarks, t.remarks()...)
			return nil
		}
		if err != nil {
			return err
		}
		l := listed{where: r.where(), fault: r.fault, code: r.cell("ods_code"), name: r.cell("name"), address: r.cell("address"), postcode: r.cell("postcode"),
			phone: r.cell("telephone"), neighbourhood: r.cell("neighbourhood"), role: roleIn(r.cell("role"))}
		l.state(r.cell("status"), r.cell("closed"))
		if err := take(l); err != nil {
			return err
		}
	}
}

// odsReport reads a report without a header.
func odsReport(s *source, report *Report, take func(listed) error) error {
	b, err := s.reader()
	if err != nil {
		return err
	}
	report.Remarks = append(report.Remarks, "Read as a report of the ODS without a header: code, name, address, postcode, telephone, status, closing day and role were taken in; dates of opening and joining, region, commissioner and the rest were left out")
	meter := perRecord(b)
	rows := newCSV(meter, ',')
	for {
		meter.again()
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		l := listed{}
		switch {
		case errors.As(err, &broken):
			l.where, l.fault = fmt.Sprintf("line %d", broken.StartLine), explain(broken)
		case err != nil:
			return faultOf(err, "the file cannot be read further")
		default:
			line, _ := rows.FieldPos(0)
			l.where = fmt.Sprintf("line %d", line)
			l.reported(cells)
		}
		if err := take(l); err != nil {
			return err
		}
	}
}

// reported takes a row of a report.
func (l *listed) reported(cells []string) {
	if len(cells) != odsReportColumns {
		l.fault = fmt.Sprintf("%s where the report has %d", count(len(cells), "value"), odsReportColumns)
		return
	}
	l.code, l.name, l.postcode, l.phone = cells[odsCode], cells[odsName], cells[odsPostcode], cells[odsTelephone]
	l.address = joinFilled(cells[odsAddress:odsPostcode])
	l.role = roleIn(cells[odsSetting])
	if l.role == "" {
		l.role = "the report names no role"
	}
	l.state(cells[odsStatus], cells[odsClosed])
}

func joinFilled(parts []string) string {
	var filled []string
	for _, part := range parts {
		if part = tidy(part); part != "" {
			filled = append(filled, part)
		}
	}
	return strings.Join(filled, ", ")
}

// state takes the status and the closing day: a status that says closed without a day is closed as of an unknown one.
func (l *listed) state(status, closed string) {
	l.closed = tidy(closed)
	switch strings.ToUpper(tidy(status)) {
	case "", "A", "ACTIVE", "OPEN":
	case "P", "PROPOSED":
		l.role = "it is proposed only"
	case "C", "D", "INACTIVE", "CLOSED", "DORMANT":
		if l.closed == "" {
			l.role = "it is not active, and the file names no day on which it closed"
		}
	default:
		l.notes = append(l.notes, fmt.Sprintf("its status %q is not known: taken as open", clipped(status)))
	}
}

func clipped(text string) string { return care.Clip(tidy(text), 40) }

// roleIn finds the role of a GP practice among those that a cell names; else the cell, for the report. Reports before
// 2024 have a number, 4 for GP practices.
func roleIn(cell string) string {
	cell = tidy(cell)
	for _, word := range strings.FieldsFunc(strings.ToUpper(cell), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '|' }) {
		if word == roleOfPractices || word == "76" || word == "4" {
			return roleOfPractices
		}
	}
	if upper := strings.ToUpper(cell); upper == "GP PRACTICE" || upper == "GENERAL PRACTICE" {
		return roleOfPractices
	}
	return clipped(cell)
}

// ordFile is what the ORD interface gives: one organisation, or a list of them in brief.
type ordFile struct {
	Organisation  *ordOrganisation `json:"Organisation"`
	Organisations []ordBrief       `json:"Organisations"`
}

// ordOrganisation is an organisation of ORD 2-0-0, its parts that are read.
type ordOrganisation struct {
	Name   string `json:"Name"`
	Status string `json:"Status"`
	OrgID  struct {
		Extension string `json:"extension"`
	} `json:"OrgId"`
	Date []struct {
		Type  string `json:"Type"`
		Start string `json:"Start"`
		End   string `json:"End"`
	} `json:"Date"`
	GeoLoc struct {
		Location struct {
			AddrLn1  string `json:"AddrLn1"`
			AddrLn2  string `json:"AddrLn2"`
			AddrLn3  string `json:"AddrLn3"`
			Town     string `json:"Town"`
			County   string `json:"County"`
			PostCode string `json:"PostCode"`
		} `json:"Location"`
	} `json:"GeoLoc"`
	Contacts struct {
		Contact []struct {
			Type  string `json:"type"`
			Value string `json:"value"`
		} `json:"Contact"`
	} `json:"Contacts"`
	Roles struct {
		Role []struct {
			ID     string `json:"id"`
			Status string `json:"Status"`
		} `json:"Role"`
	} `json:"Roles"`
}

// ordBrief is a row of a search: it has the first role only, by which no practice can be told.
type ordBrief struct {
	Name          string `json:"Name"`
	OrgID         string `json:"OrgId"`
	Status        string `json:"Status"`
	PostCode      string `json:"PostCode"`
	PrimaryRoleID string `json:"PrimaryRoleId"`
}

// readORD reads an object without a resourceType; one that is no organisation stays unread.
func (r *resource) readORD(b []byte) error {
	var file ordFile
	if err := json.Unmarshal(b, &file); err != nil {
		return err
	}
	if file.Organisation != nil || file.Organisations != nil {
		r.ord = &file
	}
	return nil
}

// directoryInResources reads practices from FHIR and from ORD.
func directoryInResources(s *source, report *Report, take func(listed) error) error {
	all := &resources{source: s}
	err := all.each(func(e *entry) error {
		switch {
		case e.fault != "":
			return take(listed{where: e.where, fault: e.fault})
		case e.resource.ord != nil && e.resource.ord.Organisation != nil:
			return take(e.resource.ord.Organisation.listed(e.where))
		case e.resource.ord != nil:
			return takeBriefs(e, take)
		case e.resource.kind == "Organization":
			return take(e.resource.partner.listed(e.where))
		case e.resource.kind == "":
			report.LeftOut["entries without a resource"]++
		default:
			report.LeftOut[e.resource.kind+" entries"]++
		}
		return nil
	})
	if !report.More {
		report.Missing = missing(all.heads)
	}
	return err
}

func takeBriefs(e *entry, take func(listed) error) error {
	for i, b := range e.resource.ord.Organisations {
		role := "a list of a search does not say; ask for the organisation itself"
		if b.PrimaryRoleID == roleOfPractices {
			role = roleOfPractices
		}
		l := listed{where: fmt.Sprintf("row %d", i+1), code: b.OrgID, name: b.Name, postcode: b.PostCode, role: role}
		if err := take(l); err != nil {
			return err
		}
	}
	return nil
}

func (o *ordOrganisation) listed(where string) listed {
	at := o.GeoLoc.Location
	l := listed{where: where, code: o.OrgID.Extension, name: o.Name, postcode: at.PostCode,
		address: joinFilled([]string{at.AddrLn1, at.AddrLn2, at.AddrLn3, at.Town, at.County})}
	for _, c := range o.Contacts.Contact {
		if c.Type == "tel" && l.phone == "" {
			l.phone = c.Value
		}
	}
	var roles []string
	for _, r := range o.Roles.Role {
		if r.Status == "" || strings.EqualFold(r.Status, "Active") || !strings.EqualFold(o.Status, "Active") {
			roles = append(roles, r.ID)
		}
	}
	l.role = roleIn(strings.Join(roles, ","))
	if l.role == "" {
		l.role = "it has no role"
	}
	closed := ""
	for _, d := range o.Date {
		if d.End != "" && (closed == "" || d.Type == "Legal") {
			closed = d.End
		}
	}
	l.state(o.Status, closed)
	return l
}

// listed takes a FHIR Organization, of the ODS's own interface or of any other server.
func (o *fhirOrganization) listed(where string) listed {
	l := listed{where: where, name: o.Name.String()}
	for _, id := range o.Identifier {
		if isODS(id.System) && l.code == "" {
			l.code = id.Value.String()
		}
	}
	for _, t := range o.Telecom {
		if t.System == "phone" && l.phone == "" {
			l.phone = strings.TrimPrefix(t.Value.String(), "tel:")
		}
	}
	if len(o.Address) > 0 {
		l.address, l.postcode = o.Address[0].text(), o.Address[0].PostalCode.String()
	}
	roles, closed := o.roles()
	l.role = roleIn(strings.Join(roles, ","))
	if l.role == "" {
		l.notes = append(l.notes, "the file does not say that it is a GP practice")
	}
	status := ""
	if o.Active == "false" {
		status = "INACTIVE"
	}
	l.state(status, closed)
	return l
}

// roles are those that the ODS's extension and the type name, and the day the organisation closed.
func (o *fhirOrganization) roles() (roles []string, closed string) {
	for i := range o.Extension {
		e := &o.Extension[i]
		if role := e.part("role"); role != nil {
			roles = append(roles, role.Coding.Code.String())
		}
		if strings.Contains(e.URL, "ActivePeriod") && e.Period.End != "" {
			closed, _ = dateOf(e.Period.End.String())
		}
	}
	for _, t := range o.Type {
		for _, c := range t.Coding {
			if !slices.Contains([]string{"prov", "dept", "team", "bus", "other"}, c.Code.String()) {
				roles = append(roles, c.Code.String())
			}
		}
	}
	return roles, closed
}

// Package sheet writes a handover as a sheet of paper: a PDF to download, print and file. The same sheet gives the same
// bytes, whenever and by whomever it is asked for. It is not tagged for screen readers: the page in the inbox is the form
// that everybody can read.
package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Row is a label with what it says.
type Row struct{ Label, Text string }

// Section is a heading with rows and lines under it.
type Section struct {
	Title string
	Rows  []Row
	Lines []string
}

// Sheet is what stands on the paper. Texts may have several lines.
type Sheet struct {
	Title string
	// Person is whom it is about, and says it at the foot of every page: a name, and a number or a day of birth.
	Person   string
	Sections []Section
	// Reference names the handover and how it stood, at the foot of every page.
	Reference string
	// At is when the handover came to stand as it does: the date of the document.
	At time.Time
}

// Measures of the page, in millimetres; sizes of letters in points.
const (
	margin, foot = 18.0, 22.0
	label        = 36.0
	line         = 5.2
	small        = 4.2
	body         = 10.5
	family       = "Go"
)

// PDF writes it.
func (s Sheet) PDF() ([]byte, error) {
	p := &page{Fpdf: fpdf.New("P", "mm", "A4", "")}
	p.SetCatalogSort(true)
	p.SetCreationDate(s.At.UTC())
	p.SetModificationDate(s.At.UTC())
	p.SetProducer("Doorstep", true)
	p.SetTitle(p.known(s.Title), true)
	p.SetLang("en-GB")
	p.AddUTF8FontFromBytes(family, "", goregular.TTF)
	p.AddUTF8FontFromBytes(family, "B", gobold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, foot)
	p.AliasNbPages("")
	p.SetFooterFunc(func() { p.foot(s) })
	p.AddPage()
	p.whole("B", 15, 7, s.Title)
	p.whole("B", 12, 6, s.Person)
	for _, section := range s.Sections {
		p.section(section)
	}
	if p.lost {
		p.Ln(line)
		p.whole("", 9, small, "Some characters cannot be printed here and stand as "+string(unknown)+". They are on the page of this handover in Doorstep.")
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("write a sheet: %w", err)
	}
	return out.Bytes(), nil
}

// page is a document under way.
type page struct {
	*fpdf.Fpdf
	lost bool // a character has no picture in the letters
}

// foot says whose sheet it is on every page, so that none that gets loose is filed under somebody else.
func (p *page) foot(s Sheet) {
	width, _ := p.GetPageSize()
	p.SetY(-foot + 4)
	p.SetDrawColor(120, 120, 120)
	p.Line(margin, p.GetY(), width-margin, p.GetY())
	p.Ln(1.5)
	p.SetFont(family, "B", 9)
	p.MultiCell(0, small, p.known(s.Person), "", "L", false)
	p.SetFont(family, "", 8)
	p.CellFormat(0, small, p.known(s.Reference), "", 0, "L", false, 0, "")
	p.SetX(margin)
	p.CellFormat(0, small, fmt.Sprintf("Page %d of {nb}", p.PageNo()), "", 0, "R", false, 0, "")
}

// whole writes text over the whole width.
func (p *page) whole(style string, size, height float64, text string) {
	p.SetFont(family, style, size)
	p.MultiCell(0, height, p.known(text), "", "L", false)
}

func (p *page) section(s Section) {
	if len(s.Rows) == 0 && len(s.Lines) == 0 {
		return
	}
	p.keep(3 * line)
	p.Ln(line / 2)
	if s.Title != "" {
		p.whole("B", 11.5, 6, s.Title)
	}
	for _, r := range s.Rows {
		p.row(r)
	}
	for _, text := range s.Lines {
		p.whole("", body, line, text)
	}
}

// row writes a label, and beside it what it says, as many lines as that takes.
func (p *page) row(r Row) {
	if r.Text == "" {
		return
	}
	p.keep(2 * line)
	p.SetFont(family, "B", body)
	top, sheet := p.GetY(), p.PageNo()
	p.MultiCell(label, line, p.known(r.Label), "", "L", false)
	below := p.GetY()
	if p.PageNo() == sheet {
		p.SetXY(margin+label, top)
	} else {
		p.SetXY(margin+label, margin)
	}
	p.SetFont(family, "", body)
	p.MultiCell(0, line, p.known(r.Text), "", "L", false)
	if p.PageNo() == sheet && p.GetY() < below {
		p.SetY(below)
	}
	p.Ln(0.8)
}

// keep begins a new page unless so much room is left.
func (p *page) keep(room float64) {
	_, height := p.GetPageSize()
	if p.GetY()+room > height-foot {
		p.AddPage()
	}
}

// unknown stands for a character that the letters lack.
const unknown = '□'

// letters are the characters that can be printed: Latin with all that Welsh, Polish and the like add, Greek, Cyrillic.
var letters = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(goregular.TTF) })

// known is text with what has no picture replaced, and without what would steer whoever reads the file.
func (p *page) known(text string) string {
	font, err := letters()
	if err != nil {
		return text // it was parsed when the program was built and tested
	}
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == ' ':
			return ' '
		case r < ' ' || r == 0x7f || r == 0x200b || r == 0xfeff || r == 0xad:
			return -1
		case r > 0xffff:
			p.lost = true
			return unknown
		}
		if i, err := font.GlyphIndex(&buffer, r); err != nil || i == 0 {
			p.lost = true
			return unknown
		}
		return r
	}, text)
}

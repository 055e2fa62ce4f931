package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// source is a file as text in UTF-8 that can be read from its beginning as often as needed: unpacked from gzip or
// zip, and out of UTF-16 or Windows-1252.
type source struct {
	unpack func() (io.Reader, error)
	decode func(io.Reader) io.Reader // nil: it is UTF-8 already
	first  byte                      // the first character that is not white space
	// remarks say how the file was read, where it was not plain.
	remarks []string
}

// openSource finds out how a file is packed and encoded. It is an error when it is of a kind that holds no text, and
// when it is empty.
// Limit is how many bytes it may unpack to; 0: any.
func openSource(file io.ReadSeeker, limit int64) (*source, error) {
	s := &source{}
	if err := s.unpacked(file); err != nil {
		return nil, err
	}
	if plain := s.unpack; limit > 0 {
		s.unpack = func() (io.Reader, error) {
			r, err := plain()
			return &bounded{r: r, left: limit, over: errUnpacked}, err
		}
	}
	r, err := s.unpack()
	if err != nil {
		return nil, err
	}
	head, err := bufio.NewReaderSize(r, 512).Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, faultOf(err, "the file cannot be read")
	}
	if err := s.encoded(head); err != nil {
		return nil, err
	}
	b, err := s.reader()
	if err != nil {
		return nil, err
	}
	s.first, err = firstCharacter(b)
	return s, err
}

// reader reads the text from its beginning, without a byte order mark.
func (s *source) reader() (*bufio.Reader, error) {
	r, err := s.unpack()
	if err != nil {
		return nil, err
	}
	if s.decode != nil {
		r = s.decode(r)
	}
	b := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := b.Peek(len(bomUTF8)); bytes.Equal(mark, bomUTF8) {
		_, err = b.Discard(len(bomUTF8))
	}
	return b, err
}

var (
	bomUTF8 = []byte{0xEF, 0xBB, 0xBF}
	bomLE   = []byte{0xFF, 0xFE}
	bomBE   = []byte{0xFE, 0xFF}
)

// unpacked finds out whether the file is packed.
func (s *source) unpacked(file io.ReadSeeker) error {
	head := make([]byte, 8)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}):
		s.unpack = func() (io.Reader, error) {
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
			packed, err := gzip.NewReader(file)
			if err != nil {
				return nil, faultOf(err, "the file cannot be unpacked")
			}
			return packed, nil
		}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return s.zipped(file)
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return faultf("the file is an Excel workbook: save it as \"CSV UTF-8\" and try again")
	case bytes.HasPrefix(head, []byte("%PDF")):
		return faultf("the file is a PDF: a CSV or FHIR file is needed")
	default:
		s.unpack = func() (io.Reader, error) {
			_, err := file.Seek(0, io.SeekStart)
			return file, err
		}
	}
	return nil
}

// zipped takes the one table or bundle that a zip archive holds: the ODS publishes its reports so.
func (s *source) zipped(file io.ReadSeeker) error {
	at, ok := file.(io.ReaderAt)
	if !ok {
		return faultf("the file is a zip archive: unpack it and try again")
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(at, size)
	if err != nil {
		return faultOf(err, "the file cannot be unpacked")
	}
	var found []*zip.File
	for _, f := range archive.File {
		switch name := strings.ToLower(f.Name); {
		case strings.HasPrefix(name, "xl/"):
			return faultf("the file is an Excel workbook: save it as \"CSV UTF-8\" and try again")
		case name == "content.xml":
			return faultf("the file is an OpenDocument table: save it as CSV and try again")
		case strings.HasPrefix(name, "__macosx/"):
		case slices.Contains([]string{".csv", ".txt", ".tsv", ".json", ".ndjson", ".xml"}, path.Ext(name)):
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return faultf("the zip archive holds %d files that could be meant: unpack it and name one", len(found))
	}
	s.remarks = append(s.remarks, "Read from the archive: "+path.Base(found[0].Name))
	s.unpack = func() (io.Reader, error) {
		return found[0].Open()
	}
	return nil
}

// encoded finds out how the text is written down. XML says so itself, so only what comes before its declaration is
// looked at. Anything else without a mark is read through once: text that is not UTF-8 throughout, and holds no
// letter beyond ASCII that is, is what spreadsheets on Windows write.
func (s *source) encoded(head []byte) error {
	utf16 := func(order unicode.Endianness) {
		s.decode = func(r io.Reader) io.Reader {
			return transform.NewReader(r, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xFE, 0xFF}):
		return faultf("the file is UTF-32: save it as UTF-8 and try again")
	case bytes.HasPrefix(head, bomUTF8):
		return nil
	case bytes.HasPrefix(head, bomLE), len(head) > 3 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		utf16(unicode.LittleEndian)
		return nil
	case bytes.HasPrefix(head, bomBE), len(head) > 3 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		utf16(unicode.BigEndian)
		return nil
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		return nil
	case bytes.IndexByte(head, 0) >= 0:
		return faultf("the file holds no text: a CSV or FHIR file is needed")
	}
	r, err := s.unpack()
	if err != nil {
		return err
	}
	found, err := lookThrough(r)
	switch {
	case err != nil:
		return faultOf(err, "the file cannot be read")
	case found.broken == 0 || found.letters > 0: // what is broken in UTF-8 is broken in its own row
		return nil
	case found.nobodys > 0:
		return faultf("the file is neither UTF-8, UTF-16 nor Windows-1252: save it as UTF-8 and try again")
	}
	s.decode = func(r io.Reader) io.Reader {
		return transform.NewReader(r, charmap.Windows1252.NewDecoder())
	}
	s.remarks = append(s.remarks, "The file is not UTF-8 and was read as Windows-1252, as Excel writes CSV on Windows: look at a name with an accent")
	return nil
}

// encodedAs is what a text holds beyond ASCII.
type encodedAs struct {
	letters int // characters in UTF-8
	broken  int // bytes that are not UTF-8
	nobodys int // of those, bytes that Windows-1252 gives no character
}

// lookThrough counts what a text holds beyond ASCII.
func lookThrough(r io.Reader) (found encodedAs, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	for {
		c, size, err := b.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return found, err
		case c != utf8.RuneError || size > 1:
			if size > 1 {
				found.letters++
			}
			continue
		}
		if err := b.UnreadRune(); err != nil {
			return found, err
		}
		raw, err := b.ReadByte()
		if err != nil {
			return found, err
		}
		found.broken++
		if bytes.IndexByte([]byte{0x81, 0x8D, 0x8F, 0x90, 0x9D}, raw) >= 0 {
			found.nobodys++
		}
	}
}

func firstCharacter(b *bufio.Reader) (byte, error) {
	for {
		c, err := b.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, faultf("the file is empty")
		}
		if err != nil {
			return 0, faultOf(err, "the file cannot be read")
		}
		if bytes.IndexByte([]byte(" \t\r\n"), c) < 0 {
			return c, nil
		}
	}
}

// What is too large.
var (
	errTooLarge = faultf("one row or record is larger than 16 MB")
	errUnpacked = faultf("the file unpacks to more than is taken at once: cut it in two")
)

// largestRecord is how much of a file one row, entry or resource may take, in bytes.
const largestRecord = 16 << 20

// bounded reads until nothing is left. Whoever reads records gives it more for each.
type bounded struct {
	r    io.Reader
	left int64
	over error
}

// perRecord bounds each record of a text; begin one with again.
func perRecord(r io.Reader) *bounded { return &bounded{r: r, left: largestRecord, over: errTooLarge} }

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, b.over
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// again lets the next record be as large as any.
func (b *bounded) again() { b.left = largestRecord }

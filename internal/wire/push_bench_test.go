package wire

import (
	"bytes"
	"fmt"
	"testing"
)

// benchNote makes a visit of about 900 bytes, as phones send them.
const benchNote = `Dressing changed, wound clean and dry, granulating well. Skin intact on both heels. Compression bandage tolerated, patient comfortable ` +
	`and settled. Eating and drinking small amounts; daughter present, visiting again next Tuesday. Insulin given as charted, glucose stable. Catheter draining clear. ` +
	`Mattress checked, alarm working, keys in the key safe. Advice given: call the surgery if worse. Review on Friday.`

func benchPush(visits int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"client":"01jk0000000000000000000001","epoch":"e1","schema":1,"mutations":[`)
	for i := range visits {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"mid":%d,"key":"01jk1000000000000000%06d","author":"01jk2000000000000000000001","authored_at":"2026-03-02T09:58:11.204Z",`+
			`"ops":[{"op":"create","collection":"visits","id":"01jk3000000000000000%06d","patient":"01jk4000000000000000000001","set":{`+
			`"patient":"01jk4000000000000000000001","team":"01jk5000000000000000000001","staff":"01jk2000000000000000000001","purpose":"wound_care",`+
			`"planned_start":"2026-03-02T09:00:00.000Z","planned_end":"2026-03-02T09:30:00.000Z","status":"completed",`+
			`"started_at":"2026-03-02T09:05:00.000Z","ended_at":"2026-03-02T09:35:00.000Z","soft_signs":["unsteady"],"critical_medicine":"given",`+
			`"outcome":"care_given","note":%q}}]}`, i+1, i, i, benchNote)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// BenchmarkDecodePush reads a push of 20 visits; the aim is at most 10 µs a visit.
func BenchmarkDecodePush(b *testing.B) {
	const visits = 20
	body := benchPush(visits)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		push, err := DecodePush(body)
		if err != nil || len(push.Mutations) != visits || push.Mutations[visits-1].Fault != nil {
			b.Fatal(err, push)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/visits, "µs/visit")
}

package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

func TestAChangeOfAnOlderLedgerSentAgainIsStillTheSameChange(t *testing.T) {
	app := pbtest.New(t)
	db := app.NonconcurrentDB()
	if _, err := db.NewQuery(`INSERT INTO sync_ledger (key, client, mid, status, seq, content) VALUES ('01jz1x00000000000000000000', 1, 7, 'merged', 12, 4223705245613611386)`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Delete("_migrations", dbx.HashExp{"file": "1795800050_ledger_hash.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var entry struct {
		Mid, Seq, Content int64
		Status            string
	}
	if err := db.NewQuery(`SELECT mid, seq, content, status FROM sync_ledger`).One(&entry); err != nil {
		t.Fatal(err)
	}
	if entry.Content != 0 || entry.Mid != 7 || entry.Seq != 12 || entry.Status != "merged" {
		t.Errorf("the entry became %+v", entry)
	}
}

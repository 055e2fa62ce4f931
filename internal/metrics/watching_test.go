package metrics_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	dto "github.com/prometheus/client_model/go"
	"go.yaml.in/yaml/v3"

	"doorstep/internal/care"
	"doorstep/internal/health"
)

const operate = "../../docs/operate"

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(operate, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ruleFile is what Prometheus reads of a file of rules; a member that it does not know is an error, as promtool says.
type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert       string
			Expr        string
			For         string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

// Each rule parses, asks for metrics and labels that there are, says what to do, and where in the runbook.
func TestTheAlertRulesAskForWhatThereIs(t *testing.T) {
	var file ruleFile
	decoder := yaml.NewDecoder(strings.NewReader(document(t, "alerts.yaml")))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	there, places := everything(t), headings(document(t, "runbook.md"))
	seen := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			holdExpression(t, "alert "+rule.Alert, rule.Expr, there)
			if seen[rule.Alert] || !regexp.MustCompile(`^Doorstep[A-Za-z]+$`).MatchString(rule.Alert) {
				t.Errorf("the alert %q is there twice, or is called badly", rule.Alert)
			}
			seen[rule.Alert] = true
			if rule.For != "" {
				if _, err := time.ParseDuration(rule.For); err != nil {
					t.Errorf("%s: for: %v", rule.Alert, err)
				}
			}
			if !slices.Contains([]string{"page", "look"}, rule.Labels["severity"]) || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s says too little: %v %v", rule.Alert, rule.Labels, rule.Annotations)
			}
			if place, ok := strings.CutPrefix(rule.Annotations["runbook"], "runbook.md#"); !ok || !slices.Contains(places, place) {
				t.Errorf("%s leads to %q, which is no part of the runbook", rule.Alert, rule.Annotations["runbook"])
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d alerts were read", len(seen))
	}
	var scrape struct {
		ScrapeConfigs []struct {
			JobName        string                       `yaml:"job_name"`
			ScrapeInterval string                       `yaml:"scrape_interval"`
			StaticConfigs  []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
		RuleFiles []string `yaml:"rule_files"`
	}
	decoder = yaml.NewDecoder(strings.NewReader(document(t, "prometheus.yaml")))
	decoder.KnownFields(true)
	if err := decoder.Decode(&scrape); err != nil || scrape.ScrapeConfigs[0].JobName != "doorstep" || !slices.Equal(scrape.RuleFiles, []string{"alerts.yaml"}) {
		t.Errorf("prometheus.yaml: %+v, %v", scrape, err)
	}
}

func TestTheBoardShowsWhatThereIs(t *testing.T) {
	var board struct {
		Title  string
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr, RefID, LegendFormat string }
		}
	}
	if err := json.Unmarshal([]byte(document(t, "grafana.json")), &board); err != nil {
		t.Fatal(err)
	}
	there, seen, covered := everything(t), map[int]bool{}, map[[2]int]string{}
	legend := regexp.MustCompile(`{{(\w+)}}`)
	for _, p := range board.Panels {
		if seen[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("the panel %d, %q, is there twice or shows nothing", p.ID, p.Title)
		}
		seen[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := covered[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q lies over %q, or beyond the edge", p.Title, other)
				}
				covered[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			names := holdExpression(t, "panel "+p.Title, target.Expr, there)
			for _, m := range legend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(there[name], m[1]) }) {
					t.Errorf("%q is labelled by %s, which none of %v has", p.Title, m[1], names)
				}
			}
		}
	}
	if len(board.Panels) < 15 {
		t.Errorf("only %d panels were read", len(board.Panels))
	}
}

// The list in the manual is that of the server: name, labels and what it says.
func TestTheManualListsEveryMetric(t *testing.T) {
	manual := document(t, "metrics.md")
	for _, f := range families(t) {
		if !strings.HasPrefix(f.GetName(), "doorstep_") {
			continue
		}
		labels := strings.Join(labelsOf(f), "`, `")
		if labels != "" {
			labels = "`" + labels + "`"
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |\n", f.GetName(), labels, f.GetHelp()); !strings.Contains(manual, row) {
			t.Errorf("metrics.md lacks the row\n%s", row)
		}
	}
}

// Whatever health says has a part of the runbook, under its own word.
func TestTheRunbookHasAPartForEachWordOfHealth(t *testing.T) {
	places := headings(document(t, "runbook.md"))
	for _, code := range slices.Concat(health.Problems, health.Warnings) {
		if !slices.Contains(places, code) {
			t.Errorf("the runbook says nothing of %s", code)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(document(t, "runbook.md"), -1) {
		if !slices.Contains(places, link[1]) {
			t.Errorf("the runbook leads to #%s, which it has not", link[1])
		}
	}
}

func TestAnExpressionThatAsksForWhatThereIsNotIsNoticed(t *testing.T) {
	there := map[string][]string{"doorstep_devices": {"last_seen"}}
	for expr, wrong := range map[string]int{`sum(doorstep_devices) > 0`: 0, `doorstep_phones`: 1, `sum by (age) (doorstep_devices)`: 1, `doorstep_devices{state="x"}`: 1, `sum(`: 1, `doorstep_devices{last_seen="yesterday"}`: 1} {
		if got := faults(expr, there, map[string][]string{"doorstep_devices/last_seen": {"under_1h"}}); len(got) != wrong {
			t.Errorf("%s: %v", expr, got)
		}
	}
}

// headings are the parts of a document, as links lead to them.
func headings(text string) (list []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		link := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		list = append(list, regexp.MustCompile(`[^\w-]`).ReplaceAllString(link, ""))
	}
	return list
}

// families are all metrics of a server that has done something of each kind.
func families(t *testing.T) []*dto.MetricFamily {
	t.Helper()
	m := counting(t)
	list, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func labelsOf(f *dto.MetricFamily) (names []string) {
	for _, l := range f.GetMetric()[0].GetLabel() {
		names = append(names, l.GetName())
	}
	return names
}

// everything are the labels of each metric by its name, as Prometheus stores it, and of up.
func everything(t *testing.T) map[string][]string {
	t.Helper()
	there := map[string][]string{"up": {"job", "instance"}}
	for _, f := range families(t) {
		labels := append(labelsOf(f), "job", "instance")
		if f.GetType() == dto.MetricType_HISTOGRAM {
			there[f.GetName()+"_bucket"], there[f.GetName()+"_sum"], there[f.GetName()+"_count"] = append(labels, "le"), labels, labels
			continue
		}
		there[f.GetName()] = labels
	}
	return there
}

// values are those of each label of each metric: "name/label".
func values(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, f := range families(t) {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				all[f.GetName()+"/"+l.GetName()] = append(all[f.GetName()+"/"+l.GetName()], l.GetValue())
			}
		}
	}
	return all
}

func holdExpression(t *testing.T, of, expr string, there map[string][]string) (names []string) {
	t.Helper()
	for _, fault := range faults(expr, there, values(t)) {
		t.Errorf("%s: %s", of, fault)
	}
	parsed, err := metricsql.Parse(expr)
	if err != nil {
		return nil
	}
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			names = append(names, nameOf(m))
		}
	})
	return names
}

func nameOf(m *metricsql.MetricExpr) string {
	for _, filters := range m.LabelFilterss {
		for _, f := range filters {
			if f.Label == "__name__" {
				return f.Value
			}
		}
	}
	return ""
}

// faults says what is wrong with an expression: it does not parse, or asks for a metric, a label or a value of one that there is not.
func faults(expr string, there, values map[string][]string) (list []string) {
	parsed, err := metricsql.Parse(expr)
	if err != nil {
		return []string{err.Error()}
	}
	var labels, grouped []string
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		switch e := e.(type) {
		case *metricsql.MetricExpr:
			name := nameOf(e)
			have, ok := there[name]
			if !ok {
				list = append(list, "there is no metric "+name)
				return
			}
			labels = append(labels, have...)
			for _, filters := range e.LabelFilterss {
				for _, f := range filters {
					switch known := values[name+"/"+f.Label]; {
					case f.Label == "__name__":
					case !slices.Contains(have, f.Label):
						list = append(list, name+" has no label "+f.Label)
					case len(known) > 0:
						for one := range strings.SplitSeq(f.Value, "|") {
							if !slices.Contains(known, one) {
								list = append(list, name+" is never labelled "+f.Label+"="+one)
							}
						}
					}
				}
			}
		case *metricsql.AggrFuncExpr:
			grouped = append(grouped, e.Modifier.Args...)
		}
	})
	for _, label := range grouped {
		if len(list) == 0 && !slices.Contains(labels, label) {
			list = append(list, "nothing in it has the label "+label)
		}
	}
	return list
}

// Names and labels hold nothing of anybody: each value of a label is one of a few words that the program knows.
func TestLabelsAreWordsOfTheProgram(t *testing.T) {
	words := slices.Concat(care.Classes, health.Problems, health.Warnings)
	for label, list := range values(t) {
		if _, name, _ := strings.Cut(label, "/"); !slices.Contains([]string{"outcome", "code", "job", "kind", "class", "age", "last_seen", "version"}, name) && strings.HasPrefix(label, "doorstep_") {
			t.Errorf("%s: a label of a new kind; can its values be told of anybody?", label)
		}
		for _, v := range list {
			if strings.HasPrefix(label, "doorstep_") && !slices.Contains(words, v) && !regexp.MustCompile(`^[a-z0-9_.]+$`).MatchString(v) {
				t.Errorf("%s=%q is no word of the program", label, v)
			}
		}
	}
}

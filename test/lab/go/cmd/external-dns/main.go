// ExternalDNS from its library packages: the real Gateway source, the real registries and plan,
// the real AWS provider, the real flags; only the loop is ours, and every provider but AWS is
// refused: upstream's own main pulls in all of them. Follows upstream's controller/execute.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	log "github.com/sirupsen/logrus"
	"k8s.io/klog/v2"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns/validation"
	"sigs.k8s.io/external-dns/plan"
	registryfactory "sigs.k8s.io/external-dns/registry/factory"
	"sigs.k8s.io/external-dns/source"
	"sigs.k8s.io/external-dns/source/annotations"
	"sigs.k8s.io/external-dns/source/wrappers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := readConfig()
	ctrl := buildController(ctx, cfg)
	if cfg.Once {
		must(ctrl.runOnce(ctx))
		return
	}
	ctrl.run(ctx)
}

func readConfig() *externaldns.Config {
	cfg := externaldns.NewConfig()
	if err := cfg.ParseFlags(os.Args[1:]); err != nil {
		log.Fatalf("flag parsing error: %v", err)
	}
	if err := validation.ValidateConfig(cfg); err != nil {
		log.Fatalf("config validation failed: %v", err)
	}
	annotations.SetAnnotationPrefix(cfg.AnnotationPrefix)
	configureLogger(cfg)
	return cfg
}

func configureLogger(cfg *externaldns.Config) {
	if cfg.LogFormat == "json" {
		log.SetFormatter(&log.JSONFormatter{})
	}
	level, err := log.ParseLevel(cfg.LogLevel)
	if err != nil {
		log.Fatalf("failed to parse log level: %v", err)
	}
	log.SetLevel(level)
	if level < log.DebugLevel {
		// As upstream: what its informers meet is said at the debug level only.
		klog.SetLogger(logr.Discard())
	}
}

func buildController(ctx context.Context, cfg *externaldns.Config) *controller {
	sources, err := source.NewSourceConfig(cfg)
	must(err)
	src, err := wrappers.Build(ctx, sources)
	must(err)
	filter := endpoint.NewDomainFilterWithOptions(
		endpoint.WithDomainFilter(cfg.DomainFilter),
		endpoint.WithDomainExclude(cfg.DomainExclude),
		endpoint.WithRegexDomainFilter(cfg.RegexDomainFilter),
		endpoint.WithRegexDomainExclude(cfg.RegexDomainExclude),
	)
	zones, err := selectProvider(ctx, cfg, filter)
	must(err)
	policy, ok := plan.Policies[cfg.Policy]
	if !ok {
		log.Fatalf("unknown policy: %s", cfg.Policy)
	}
	reg, err := registryfactory.Select(cfg, zones)
	must(err)
	return &controller{cfg: cfg, src: src, reg: reg, filter: filter, policy: policy}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

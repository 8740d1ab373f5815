// ExternalDNS from its library packages: the real Gateway source, the real TXT registry and plan,
// the real AWS provider, the real flags; only the loop is ours. Upstream's own main pulls in every DNS provider.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns/validation"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/aws"
	"sigs.k8s.io/external-dns/registry"
	"sigs.k8s.io/external-dns/registry/txt"
	"sigs.k8s.io/external-dns/source"
	"sigs.k8s.io/external-dns/source/annotations"
	"sigs.k8s.io/external-dns/source/wrappers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := externaldns.NewConfig()
	must(cfg.ParseFlags(os.Args[1:]))
	must(validation.ValidateConfig(cfg))
	annotations.SetAnnotationPrefix(cfg.AnnotationPrefix)

	sources, err := source.NewSourceConfig(cfg)
	must(err)
	src, err := wrappers.Build(ctx, sources)
	must(err)
	filter := endpoint.NewDomainFilter(cfg.DomainFilter)
	zones, err := aws.New(ctx, cfg, filter)
	must(err)
	reg, err := txt.New(cfg, zones)
	must(err)

	wake := make(chan struct{}, 1)
	if cfg.UpdateEvents {
		src.AddEventHandler(ctx, func() {
			select {
			case wake <- struct{}{}:
			default:
			}
		})
	}
	failures := 0
	for {
		if err := syncOnce(ctx, cfg, src, reg, filter); err != nil {
			failures++
			log.Errorf("Failed to do run once: %v (consecutive soft errors: %d)", err, failures)
		} else {
			failures = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-time.After(cfg.Interval):
		}
	}
}

func syncOnce(ctx context.Context, cfg *externaldns.Config, src source.Source, reg registry.Registry, filter *endpoint.DomainFilter) error {
	current, err := reg.Records(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, provider.RecordsContextKey, current)
	wanted, err := src.Endpoints(ctx)
	if err != nil {
		return err
	}
	if wanted, err = reg.AdjustEndpoints(wanted); err != nil {
		return err
	}
	changes := (&plan.Plan{
		Policies:       []plan.Policy{plan.Policies[cfg.Policy]},
		Current:        current,
		Desired:        wanted,
		DomainFilter:   endpoint.MatchAllDomainFilters{filter, reg.GetDomainFilter()},
		ManagedRecords: cfg.ManagedDNSRecordTypes,
		ExcludeRecords: cfg.ExcludeDNSRecordTypes,
		OwnerID:        reg.OwnerID(),
	}).Calculate().Changes
	if !changes.HasChanges() {
		log.Info("All records are already up to date")
		return nil
	}
	return reg.ApplyChanges(ctx, changes)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

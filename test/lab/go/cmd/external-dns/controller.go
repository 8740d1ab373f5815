package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/registry"
	"sigs.k8s.io/external-dns/source"
)

// controller is upstream's controller.Controller without metrics and events.
type controller struct {
	cfg    *externaldns.Config
	src    source.Source
	reg    registry.Registry
	filter *endpoint.DomainFilter
	policy plan.Policy
}

// run syncs at each interval and event; an error that is not soft ends the process, as upstream's.
func (c *controller) run(ctx context.Context) {
	wake := c.watchSources(ctx)
	failures := 0
	for {
		err := c.runOnce(ctx)
		switch {
		case err == nil:
			failures = 0
		case errors.Is(err, provider.SoftError):
			failures++
			log.Errorf("Failed to do run once: %v (consecutive soft errors: %d)", err, failures)
		default:
			log.Fatalf("Failed to do run once: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-time.After(c.cfg.Interval):
		}
	}
}

func (c *controller) watchSources(ctx context.Context) <-chan struct{} {
	wake := make(chan struct{}, 1)
	if c.cfg.UpdateEvents {
		c.src.AddEventHandler(ctx, func() {
			select {
			case wake <- struct{}{}:
			default:
			}
		})
	}
	return wake
}

func (c *controller) runOnce(ctx context.Context) error {
	current, err := c.reg.Records(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, provider.RecordsContextKey, current)
	wanted, err := c.src.Endpoints(ctx)
	if err != nil {
		return err
	}
	if wanted, err = c.reg.AdjustEndpoints(wanted); err != nil {
		return fmt.Errorf("adjusting endpoints: %w", err)
	}
	changes := (&plan.Plan{
		Policies:       []plan.Policy{c.policy},
		Current:        current,
		Desired:        wanted,
		DomainFilter:   endpoint.MatchAllDomainFilters{c.filter, c.reg.GetDomainFilter()},
		ManagedRecords: c.cfg.ManagedDNSRecordTypes,
		ExcludeRecords: c.cfg.ExcludeDNSRecordTypes,
		OwnerID:        c.reg.OwnerID(),
		OldOwnerID:     c.cfg.TXTOwnerOld,
	}).Calculate().Changes
	if !changes.HasChanges() {
		log.Info("All records are already up to date")
		return nil
	}
	return c.reg.ApplyChanges(ctx, changes)
}

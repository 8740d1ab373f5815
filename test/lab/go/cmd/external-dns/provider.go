package main

import (
	"context"
	"fmt"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/aws"
)

// selectProvider is upstream's provider/factory.Select for a world that has one provider.
func selectProvider(ctx context.Context, cfg *externaldns.Config, filter *endpoint.DomainFilter) (provider.Provider, error) {
	if cfg.Provider != externaldns.ProviderAWS {
		return nil, fmt.Errorf("unknown dns provider: %s", cfg.Provider)
	}
	zones, err := aws.New(ctx, cfg, filter)
	if err != nil {
		return nil, err
	}
	if cfg.ProviderCacheTime > 0 {
		return provider.NewCachedProvider(zones, cfg.ProviderCacheTime), nil
	}
	return zones, nil
}

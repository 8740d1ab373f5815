// The cert-manager controller from its library packages: upstream's own main is another Go module,
// which the module proxy does not serve. Flags and configuration file are read as upstream does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	shim "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/gateways"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/metrics"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

const workers = 5

func main() {
	settings, err := readSettings(os.Args[1:])
	exitOn(err)
	exitOn(utilfeature.DefaultMutableFeatureGate.SetFromMap(settings.featureGates))
	root, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root = logf.NewContext(root, logf.Log)

	options := settings.contextOptions()
	factory, err := controller.NewContextFactory(root, options)
	exitOn(err)
	shared, err := factory.Build()
	exitOn(err)

	var running sync.WaitGroup
	for name, create := range controller.Known() {
		if name == shim.ControllerName && !options.EnableGatewayAPI {
			continue
		}
		one, err := create(factory)
		exitOn(err)
		running.Go(func() { exitOn(one.Run(workers, root)) })
	}
	shared.SharedInformerFactory.Start(root.Done())
	shared.KubeSharedInformerFactory.Start(root.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(root.Done())
	if options.EnableGatewayAPI {
		shared.GWShared.Start(root.Done())
	}
	running.Wait()
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error executing command:", err)
		os.Exit(1)
	}
}

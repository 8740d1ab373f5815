package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/sets"
	cliflag "k8s.io/component-base/cli/flag"
	"sigs.k8s.io/yaml"

	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	"github.com/cert-manager/cert-manager/pkg/controller"
)

const apiVersion = "controller.config.cert-manager.io/v1alpha1"

// What flags and the configuration file say. A flag wins over the file.
type settings struct {
	file           config.ControllerConfiguration
	kubeconfig     string
	namespace      string
	solverImage    string
	nameservers    []string
	gatewayAPI     bool
	ownerRef       bool
	maxChallenges  int
	featureGates   map[string]bool
	minimumBackoff time.Duration
}

// The flags that the chart writes and those that the lab adds; another one is refused, as upstream does.
func readSettings(args []string) (settings, error) {
	s := settings{
		namespace:      "kube-system",
		solverImage:    "quay.io/jetstack/cert-manager-acmesolver:v1.21.1",
		maxChallenges:  60,
		minimumBackoff: time.Hour,
	}
	var path string
	flags := pflag.NewFlagSet("controller", pflag.ContinueOnError)
	flags.StringVar(&path, "config", "", "")
	flags.StringP("v", "v", "", "")
	flags.Duration("leader-election-lease-duration", 0, "")
	flags.Duration("leader-election-renew-deadline", 0, "")
	flags.Duration("leader-election-retry-period", 0, "")
	flags.String("leader-election-namespace", "", "")
	flags.StringVar(&s.kubeconfig, "kubeconfig", "", "")
	flags.StringVar(&s.namespace, "cluster-resource-namespace", s.namespace, "")
	flags.StringVar(&s.solverImage, "acme-http01-solver-image", s.solverImage, "")
	flags.StringSliceVar(&s.nameservers, "acme-http01-solver-nameservers", nil, "")
	flags.BoolVar(&s.gatewayAPI, "enable-gateway-api", false, "")
	flags.BoolVar(&s.ownerRef, "enable-certificate-owner-ref", false, "")
	flags.IntVar(&s.maxChallenges, "max-concurrent-challenges", s.maxChallenges, "")
	flags.Var(cliflag.NewMapStringBool(&s.featureGates), "feature-gates", "")
	flags.DurationVar(&s.minimumBackoff, "certificate-request-minimum-backoff-duration", s.minimumBackoff, "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if path == "" {
		return s, nil
	}
	return s, s.readFile(path, flags)
}

// Strict, as upstream decodes it: an unknown field ends the controller.
func (s *settings) readFile(path string, flags *pflag.FlagSet) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("failed to load config file %s, error %w", path, err)
	}
	if err := yaml.UnmarshalStrict(content, &s.file); err != nil {
		return fmt.Errorf("failed to load config file %s, error failed to decode: %w", path, err)
	}
	if s.file.APIVersion != apiVersion || s.file.Kind != "ControllerConfiguration" {
		return fmt.Errorf("failed to load config file %s, error failed to decode: no kind %q is registered for version %q", path, s.file.Kind, s.file.APIVersion)
	}
	if !flags.Changed("enable-gateway-api") {
		for _, enabled := range []*bool{s.file.EnableGatewayAPI, s.file.GatewayAPIConfig.Enabled} {
			if enabled != nil {
				s.gatewayAPI = *enabled
			}
		}
	}
	if !flags.Changed("feature-gates") {
		s.featureGates = s.file.FeatureGates
	}
	return nil
}

// The defaults are those of upstream's internal/apis/config/controller/v1alpha1/defaults.go.
func (s settings) contextOptions() controller.ContextOptions {
	return controller.ContextOptions{
		Kubeconfig: s.kubeconfig, KubernetesAPIQPS: 20, KubernetesAPIBurst: 50,
		IssuerOptions: controller.IssuerOptions{
			ClusterResourceNamespace: s.namespace, ClusterIssuerAmbientCredentials: true,
		},
		ACMEOptions: controller.ACMEOptions{
			HTTP01SolverImage:                 s.solverImage,
			HTTP01SolverResourceRequestCPU:    resource.MustParse("10m"),
			HTTP01SolverResourceRequestMemory: resource.MustParse("64Mi"),
			HTTP01SolverResourceLimitsCPU:     resource.MustParse("100m"),
			HTTP01SolverResourceLimitsMemory:  resource.MustParse("64Mi"),
			ACMEHTTP01SolverRunAsNonRoot:      true,
			HTTP01SolverNameservers:           s.nameservers,
			DNS01Nameservers:                  s.nameservers,
			DNS01CheckAuthoritative:           true,
			DNS01CheckRetryPeriod:             10 * time.Second,
		},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerKind: "Issuer", DefaultIssuerGroup: "cert-manager.io",
			DefaultAutoCertificateAnnotations: []string{"kubernetes.io/tls-acme"},
			GatewayAPIExtraProtocols:          sets.New[string](),
		},
		CertificateOptions: controller.CertificateOptions{
			EnableOwnerRef:                           s.ownerRef,
			CopiedAnnotationPrefixes:                 []string{"*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/"},
			CertificateRequestMinimumBackoffDuration: s.minimumBackoff,
			CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
		},
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: s.maxChallenges},
		ConfigOptions:    controller.ConfigOptions{EnableGatewayAPI: s.gatewayAPI},
	}
}

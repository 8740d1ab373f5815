import { describe, expect, it } from "vitest";
import { renderPlan } from "../../src/ui/plan.ts";
import { renderReview } from "../../src/ui/review.ts";
import { ascii80, config, done, items, nameServers, plain120, plain80, plan } from "./fixtures.ts";

const review = { plan, items, warnings: done.warnings, nameServers };

describe("the review", () => {
  it("says where, with what, what changes and what it costs", () => {
    expect(renderReview(review, plain80)).toMatchInlineSnapshot(`
      "HTTPS for example.com

        Account        111122223333
        Caller
          arn:aws:sts::111122223333:assumed-role/platform-admin/ops@example.com
        Region         eu-central-1
        Cluster        demo, Kubernetes 1.34
        Endpoint
          https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com
        Hosted zone    example.com, Z0123456789ABCDEFGHIJ
        Name servers   ns-1.awsdns-01.org, ns-512.awsdns-00.net,
                       ns-1024.awsdns-00.com, ns-1536.awsdns-00.co.uk

        Host           https://www.example.com/ → gateway-tls-sample/coffee:80 (sample
                       app)
        Identity       EKS Pod Identity
        Load balancer  internet-facing, by AWS Load Balancer Controller
        Certificates   production, from acme-v02.api.letsencrypt.org, after a proof
                       with staging
        Versions       Gateway API 1.5.1, ExternalDNS 0.21.0, NGINX Gateway Fabric
                       2.6.7, cert-manager 1.21.1

      Changes  4 to create, 1 to update, 2 unchanged, 1 in the way

      DNS  2 to create, 1 to update
        + IAM policy
          arn:aws:iam::111122223333:policy/gateway-tls-external-dns.eu-central-1.demo
        + IAM role      gateway-tls-external-dns.eu-central-1.demo
        ~ Helm release  external-dns/external-dns
                        (chart 1.20.0 -> 1.21.1, values.domainFilters)

      Gateway  1 to create
        + Gateway       gateway-tls/gateway-tls

      Configuration  1 to create
        + ConfigMap     gateway-tls/gateway-tls

      Used as it is  not ours
        CRDs  Gateway API 1.5.1, of helm release platform/crds

      Not ours
        ! ClusterIssuer gateway-tls-production is in the way: it belongs to helm
          release platform/issuers.

      Cost
        1 Network Load Balancer: about USD 0.0225 per hour (USD 16 per month) plus
        usage; the exact price depends on the region.
        The hosted zone example.com exists already; certificates are free.

      Warnings
        ! CAA of example.com could not be seen: port 53 is blocked from here.
      "
    `);
  });

  it("is tidy on a wide terminal", () => {
    expect(renderReview(review, plain120)).toMatchInlineSnapshot(`
      "HTTPS for example.com

        Account        111122223333
        Caller         arn:aws:sts::111122223333:assumed-role/platform-admin/ops@example.com
        Region         eu-central-1
        Cluster        demo, Kubernetes 1.34
        Endpoint       https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com
        Hosted zone    example.com, Z0123456789ABCDEFGHIJ
        Name servers   ns-1.awsdns-01.org, ns-512.awsdns-00.net, ns-1024.awsdns-00.com, ns-1536.awsdns-00.co.uk

        Host           https://www.example.com/ → gateway-tls-sample/coffee:80 (sample app)
        Identity       EKS Pod Identity
        Load balancer  internet-facing, by AWS Load Balancer Controller
        Certificates   production, from acme-v02.api.letsencrypt.org, after a proof with staging
        Versions       Gateway API 1.5.1, ExternalDNS 0.21.0, NGINX Gateway Fabric 2.6.7, cert-manager 1.21.1

      Changes  4 to create, 1 to update, 2 unchanged, 1 in the way

      DNS  2 to create, 1 to update
        + IAM policy    arn:aws:iam::111122223333:policy/gateway-tls-external-dns.eu-central-1.demo
        + IAM role      gateway-tls-external-dns.eu-central-1.demo
        ~ Helm release  external-dns/external-dns  (chart 1.20.0 -> 1.21.1, values.domainFilters)

      Gateway  1 to create
        + Gateway       gateway-tls/gateway-tls

      Configuration  1 to create
        + ConfigMap     gateway-tls/gateway-tls

      Used as it is  not ours
        CRDs  Gateway API 1.5.1, of helm release platform/crds

      Not ours
        ! ClusterIssuer gateway-tls-production is in the way: it belongs to helm release platform/issuers.

      Cost
        1 Network Load Balancer: about USD 0.0225 per hour (USD 16 per month) plus usage; the exact price depends on the
        region.
        The hosted zone example.com exists already; certificates are free.

      Warnings
        ! CAA of example.com could not be seen: port 53 is blocked from here.
      "
    `);
  });

  it("says that staging certificates are not trusted, and counts no load balancer twice", () => {
    const staging = { ...plan, config: { ...config, issuer: "staging" as const } };
    const kept = items.map((item) => ({ ...item, intent: "keep" as const }));
    const text = renderReview({ plan: staging, items: kept, warnings: [] }, plain120);
    expect(text).toContain(
      "staging, from acme-staging-v02.api.letsencrypt.org: browsers do not trust them",
    );
    expect(text).toContain("No new load balancer.");
    expect(text).not.toContain("Warnings");
  });
});

describe("the plan", () => {
  it("is grouped and counted", () => {
    expect(renderPlan(items, ascii80)).toMatchInlineSnapshot(`
      "Gateway API  1 unchanged
        = CRDs           Gateway API 1.5.1
                         (of helm release platform/crds, used as it is)

      DNS  2 to create, 1 to update
        + IAM policy
          arn:aws:iam::111122223333:policy/gateway-tls-external-dns.eu-central-1.demo
        + IAM role       gateway-tls-external-dns.eu-central-1.demo
        ~ Helm release   external-dns/external-dns
                         (chart 1.20.0 -> 1.21.1, values.domainFilters)

      Gateway  1 to create, 1 unchanged
        = Helm release   nginx-gateway/ngf
        + Gateway        gateway-tls/gateway-tls

      Certificates  1 in the way
        ! ClusterIssuer  gateway-tls-production
                         (belongs to helm release platform/issuers)

      Configuration  1 to create
        + ConfigMap      gateway-tls/gateway-tls

      4 to create, 1 to update, 2 unchanged, 1 in the way
      "
    `);
  });

  it("of nothing says so", () => {
    expect(renderPlan([], plain80)).toBe("Nothing to change\n");
  });
});

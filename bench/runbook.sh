#!/usr/bin/env bash
# The job of `gateway-tls init --issuer staging`, by hand: what a careful engineer would script with
# kubectl, helm and the AWS CLI. The benchmark runs it beside init, to the same end state.
#
# Needs: DOMAIN HOST EMAIL CLUSTER AWS_REGION CHARTS (folder) CRDS (file) ACME_SERVER ACME_CA (PEM
# file) ADDRESS (of the load balancer, for curl), and the credentials and KUBECONFIG of the tools.
set -euo pipefail

wait_limit=10m

say() { printf '== %s\n' "$*" >&2; }

apply() { kubectl apply --server-side --field-manager=runbook --filename=- >/dev/null; }

# Tries once a second, for ten minutes.
until_true() {
  local left=600
  until "$@"; do
    ((left -= 1)) || { say "not in time: $*"; exit 1; }
    sleep 1
  done
}

say "who, where, and which zone"
account=$(aws sts get-caller-identity --query Account --output text)
issuer=$(aws eks describe-cluster --name "$CLUSTER" --query cluster.identity.oidc.issuer --output text)
zone=$(aws route53 list-hosted-zones-by-name --dns-name "$DOMAIN" --max-items 1 \
  --query 'HostedZones[0].Id' --output text)
zone=${zone#/hostedzone/}
oidc=${issuer#https://}

say "1. Gateway API CRDs"
kubectl apply --server-side --field-manager=runbook --filename="$CRDS" >/dev/null
kubectl wait --for=condition=Established --timeout=$wait_limit \
  crd/gatewayclasses.gateway.networking.k8s.io crd/gateways.gateway.networking.k8s.io \
  crd/httproutes.gateway.networking.k8s.io >/dev/null

say "2. the identity of ExternalDNS"
policy=$(aws iam create-policy --policy-name external-dns-policy --query Policy.Arn --output text \
  --policy-document '{
    "Version": "2012-10-17",
    "Statement": [
      { "Effect": "Allow", "Action": "route53:ListHostedZones", "Resource": "*" },
      {
        "Effect": "Allow",
        "Action": ["route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets"],
        "Resource": "arn:aws:route53:::hostedzone/'"$zone"'"
      }
    ]
  }')
aws iam create-open-id-connect-provider --url "$issuer" --client-id-list sts.amazonaws.com >/dev/null
role=$(aws iam create-role --role-name external-dns --query Role.Arn --output text \
  --assume-role-policy-document '{
    "Version": "2012-10-17",
    "Statement": [
      {
        "Effect": "Allow",
        "Principal": { "Federated": "arn:aws:iam::'"$account"':oidc-provider/'"$oidc"'" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
          "StringEquals": {
            "'"$oidc"':aud": "sts.amazonaws.com",
            "'"$oidc"':sub": "system:serviceaccount:external-dns:external-dns"
          }
        }
      }
    ]
  }')
aws iam attach-role-policy --role-name external-dns --policy-arn "$policy"
apply <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: external-dns }
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: external-dns
  namespace: external-dns
  annotations:
    eks.amazonaws.com/role-arn: $role
YAML

say "3. ExternalDNS"
helm upgrade --install external-dns "$CHARTS/external-dns" --namespace=external-dns \
  --wait --timeout=$wait_limit --values=- >/dev/null <<YAML
provider: { name: aws }
sources: [gateway-httproute]
domainFilters: [$DOMAIN]
policy: upsert-only
registry: txt
txtOwnerId: $CLUSTER
txtPrefix: "%{record_type}-edns."
interval: 1m
triggerLoopOnEvent: true
serviceAccount: { create: false, name: external-dns }
env:
  - { name: AWS_REGION, value: $AWS_REGION }
  - { name: AWS_DEFAULT_REGION, value: $AWS_REGION }
extraArgs: [--zone-id-filter=$zone, --aws-zone-type=public]
YAML

say "4. NGINX Gateway Fabric"
helm upgrade --install nginx-gateway-fabric "$CHARTS/nginx-gateway-fabric" \
  --namespace=nginx-gateway --create-namespace --wait --timeout=$wait_limit >/dev/null
kubectl wait --for=condition=Accepted --timeout=$wait_limit gatewayclass/nginx >/dev/null

say "5. cert-manager"
helm upgrade --install cert-manager "$CHARTS/cert-manager" \
  --namespace=cert-manager --create-namespace --wait --timeout=$wait_limit --values=- >/dev/null <<YAML
crds: { enabled: true, keep: true }
config:
  apiVersion: controller.config.cert-manager.io/v1alpha1
  kind: ControllerConfiguration
  enableGatewayAPI: true
YAML

say "6. the ClusterIssuer"
apply <<YAML
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: letsencrypt-staging }
spec:
  acme:
    server: $ACME_SERVER
    email: $EMAIL
    caBundle: $(base64 --wrap=0 "$ACME_CA")
    privateKeySecretRef: { name: letsencrypt-staging }
    solvers:
      - http01:
          gatewayHTTPRoute:
            parentRefs:
              - { kind: Gateway, name: gateway, namespace: web }
YAML
kubectl wait --for=condition=Ready --timeout=$wait_limit clusterissuer/letsencrypt-staging >/dev/null

say "7. the Gateway"
apply <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: web }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: gateway
  namespace: web
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-staging
spec:
  gatewayClassName: nginx
  infrastructure:
    annotations:
      service.beta.kubernetes.io/aws-load-balancer-type: external
      service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
      service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
  listeners:
    - name: http
      protocol: HTTP
      port: 80
    - name: https
      hostname: $HOST
      protocol: HTTPS
      port: 443
      tls:
        mode: Terminate
        certificateRefs:
          - { kind: Secret, name: host-tls }
YAML

say "8. the sample app and its route"
apply <<YAML
apiVersion: apps/v1
kind: Deployment
metadata:
  name: coffee
  namespace: web
spec:
  replicas: 2
  selector: { matchLabels: { app: coffee } }
  template:
    metadata: { labels: { app: coffee } }
    spec:
      containers:
        - name: coffee
          image: nginxdemos/nginx-hello:plain-text
          ports: [{ containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata:
  name: coffee
  namespace: web
spec:
  selector: { app: coffee }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: coffee
  namespace: web
spec:
  parentRefs: [{ name: gateway }]
  hostnames: [$HOST]
  rules:
    - backendRefs: [{ name: coffee, port: 80 }]
YAML

say "9. wait, and open the host"
kubectl wait --for=create --timeout=$wait_limit --namespace=web certificate/host-tls >/dev/null
kubectl wait --for=condition=Ready --timeout=$wait_limit --namespace=web certificate/host-tls >/dev/null
kubectl wait --for=condition=Programmed --timeout=$wait_limit --namespace=web gateway/gateway >/dev/null
open_host() {
  curl --silent --fail --insecure --output /dev/null --resolve "$HOST:443:$ADDRESS" "https://$HOST/"
}
until_true open_host

say "10. port 80 redirects"
apply <<YAML
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: coffee
  namespace: web
spec:
  parentRefs: [{ name: gateway, sectionName: https }]
  hostnames: [$HOST]
  rules:
    - backendRefs: [{ name: coffee, port: 80 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: redirect
  namespace: web
spec:
  parentRefs: [{ name: gateway, sectionName: http }]
  hostnames: [$HOST]
  rules:
    - filters:
        - type: RequestRedirect
          requestRedirect: { scheme: https, statusCode: 301 }
YAML
redirects() {
  [[ $(curl --silent --output /dev/null --write-out '%{http_code}' \
    --resolve "$HOST:80:$ADDRESS" "http://$HOST/") == 301 ]]
}
until_true redirects
say "done"

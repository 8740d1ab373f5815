/** Every name that gateway-tls gives, decided here and nowhere else. */
export interface Names {
  /** `<account>/<region>/<cluster>`, the AWS tag's value. */
  installation: string;
  /** ExternalDNS's TXT owner. */
  txtOwner: string;
  policy: string;
  role: string;
  serviceAccount: string;
  gateway: string;
  gatewayClass: string;
  issuers: { staging: string; production: string };
  /** The kept config and the Lease, in the Gateway's namespace... see namespaces in Config. */
  keptConfig: string;
  lease: string;
}

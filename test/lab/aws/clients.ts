import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import type { AwsAccount } from "./account.ts";

export interface Clients {
  eks: EKSClient;
  iam: IAMClient;
  route53: Route53Client;
  close(): void;
}

/** The lab's own way to the endpoint behind the proxy: no faults, no delays, no permissions. */
export function createClients({ region, operator }: AwsAccount, endpoint: string): Clients {
  const { accessKeyId, secretAccessKey } = operator;
  const config = { region, endpoint, credentials: { accessKeyId, secretAccessKey } };
  const clients = {
    eks: new EKSClient(config),
    iam: new IAMClient(config),
    route53: new Route53Client(config),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

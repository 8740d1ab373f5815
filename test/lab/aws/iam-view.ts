import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import {
  DescribePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import type { PolicyDocument } from "../../../src/ports/aws.ts";
import type { AwsAccount } from "./account.ts";
import type { Clients } from "./clients.ts";
import type { AwsRequest } from "./request.ts";

export interface RoleView {
  name: string;
  arn: string;
  trust: PolicyDocument;
  policies: PolicyDocument[];
}

export interface AssociationView {
  namespace: string;
  serviceAccount: string;
  roleArn: string;
}

export interface ProviderView {
  /** Without `https://`. */
  issuer: string;
  /** Audiences that it takes tokens for. */
  clientIds: string[];
}

interface Snapshot {
  roles: RoleView[];
  oidcProviders: ProviderView[];
  associations: AssociationView[];
}

/** Shorter than the time that helm takes to make a pod. */
const ASSOCIATION_DELAY_MS = 500;
const READS = /^(?:Get|List|Describe|Simulate)/;

/** IAM as the rest of AWS sees it: some seconds behind what was written. */
export class IamView {
  readonly #clients: Clients;
  readonly #account: AwsAccount;
  readonly #delayMs: number;
  #seen: Snapshot = { roles: [], oidcProviders: [], associations: [] };
  /** One read after the other: an older answer that came late would undo a newer one. */
  #reading: Promise<void> = Promise.resolve();

  constructor(clients: Clients, account: AwsAccount, delayMs: number) {
    this.#clients = clients;
    this.#account = account;
    this.#delayMs = delayMs;
  }

  /** A write takes effect later. */
  noticeWrite({ service, action = "" }: AwsRequest): void {
    if (READS.test(action)) return;
    if (action.includes("PodIdentityAssociation")) {
      later(ASSOCIATION_DELAY_MS, () => this.#next(() => this.#refreshAssociations()));
    } else if (service === "iam") {
      later(this.#delayMs, () => this.refresh());
    }
  }

  findRole(name: string): RoleView | undefined {
    return this.#seen.roles.find((role) => role.name === name);
  }

  findRoleByArn(arn: string): RoleView | undefined {
    return this.#seen.roles.find((role) => role.arn === arn);
  }

  findProvider(issuer: string): ProviderView | undefined {
    return this.#seen.oidcProviders.find((provider) => provider.issuer === issuer);
  }

  findAssociation(namespace: string, serviceAccount: string): AssociationView | undefined {
    return this.#seen.associations.find(
      (one) => one.namespace === namespace && one.serviceAccount === serviceAccount,
    );
  }

  /** Everything as it is written now. */
  refresh(): Promise<void> {
    return this.#next(() => this.#refreshAll());
  }

  #next(read: () => Promise<void>): Promise<void> {
    const reading = this.#reading.then(read);
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #refreshAll(): Promise<void> {
    const [roles, oidcProviders, associations] = await Promise.all([
      this.#readRoles(),
      this.#readProviders(),
      this.#readAssociations(),
    ]);
    this.#seen = { roles, oidcProviders, associations };
  }

  async #refreshAssociations(): Promise<void> {
    this.#seen = { ...this.#seen, associations: await this.#readAssociations() };
  }

  async #readProviders(): Promise<ProviderView[]> {
    const { iam } = this.#clients;
    const listed = await iam.send(new ListOpenIDConnectProvidersCommand());
    return Promise.all(
      (listed.OpenIDConnectProviderList ?? []).map(async ({ Arn = "" }) => {
        const asked = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn });
        const { ClientIDList: clientIds = [] } = await iam.send(asked);
        return { issuer: /oidc-provider\/(.*)$/.exec(Arn)?.[1] ?? "", clientIds };
      }),
    );
  }

  async #readRoles(): Promise<RoleView[]> {
    const { Roles = [] } = await this.#clients.iam.send(new ListRolesCommand());
    return Promise.all(
      Roles.map(async ({ RoleName: name = "", Arn: arn = "", AssumeRolePolicyDocument = "" }) => ({
        name,
        arn,
        trust: parseDocument(AssumeRolePolicyDocument),
        policies: await this.#readPolicies(name),
      })),
    );
  }

  async #readPolicies(RoleName: string): Promise<PolicyDocument[]> {
    const { iam } = this.#clients;
    const { AttachedPolicies = [] } = await iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName }),
    );
    return Promise.all(
      AttachedPolicies.map(async ({ PolicyArn }) => {
        const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
        const VersionId = Policy?.DefaultVersionId;
        const { PolicyVersion } = await iam.send(
          new GetPolicyVersionCommand({ PolicyArn, VersionId }),
        );
        return parseDocument(PolicyVersion?.Document ?? "");
      }),
    );
  }

  async #readAssociations(): Promise<AssociationView[]> {
    const { eks } = this.#clients;
    const { cluster: clusterName } = this.#account;
    const { associations = [] } = await eks.send(
      new ListPodIdentityAssociationsCommand({ clusterName }),
    );
    return Promise.all(
      associations.map(async ({ associationId }) => {
        const { association } = await eks.send(
          new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
        );
        const { namespace = "", serviceAccount = "", roleArn = "" } = association ?? {};
        return { namespace, serviceAccount, roleArn };
      }),
    );
  }
}

function later(ms: number, action: () => Promise<void>): void {
  setTimeout(() => void action().catch(() => undefined), ms).unref();
}

/** IAM returns documents URL-encoded. */
function parseDocument(text: string): PolicyDocument {
  const plain = text.startsWith("%") ? decodeURIComponent(text) : text;
  if (plain === "") return { Version: "2012-10-17", Statement: [] };
  const document: PolicyDocument = JSON.parse(plain);
  return { ...document, Statement: [document.Statement].flat() };
}

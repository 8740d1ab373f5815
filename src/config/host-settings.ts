import { parseCluster, parseProfile, parseRegion, parseZoneId } from "./aws-names.ts";
import { parseBackend } from "./backend.ts";
import { parseHostname } from "./hostname.ts";
import { parsePath, parseSwitch, parseWord } from "./plain-values.ts";
import type { Setting } from "./setting.ts";
import { parsePathOfFile } from "./sources.ts";

/** One host and its backend. */
export const hostSettings = {
  host: {
    flag: "host",
    value: "NAME",
    group: "host",
    scope: "init",
    file: null,
    parse: parseHostname,
    about: "The host to serve: the domain or a name below it (default: www.<domain>)",
  },
  backend: {
    flag: "backend",
    value: "NS/SERVICE:PORT",
    group: "host",
    scope: "host",
    file: null,
    parse: parseBackend,
    about: "The Service that answers for the host",
  },
  sampleApp: {
    flag: "sample-app",
    group: "host",
    scope: "host",
    file: null,
    parse: parseSwitch,
    about: "Run a sample app and let it answer for the host",
  },
  path: {
    flag: "path",
    value: "PREFIX",
    group: "host",
    scope: "host",
    file: null,
    parse: parsePath,
    about: "Path prefix that goes to the backend (default: /)",
  },
} as const satisfies Record<string, Setting>;

/** Account and cluster. */
export const whereSettings = {
  cluster: {
    flag: "cluster",
    value: "NAME",
    group: "where",
    scope: "where",
    file: "cluster",
    parse: parseCluster,
    about: "The EKS cluster",
  },
  region: {
    flag: "region",
    value: "REGION",
    group: "where",
    scope: "where",
    file: "region",
    parse: parseRegion,
    about: "Its AWS region (default: as the AWS CLI finds it)",
  },
  profile: {
    flag: "profile",
    value: "NAME",
    group: "where",
    scope: "where",
    file: null,
    parse: parseProfile,
    about: "Profile of the AWS configuration files",
  },
  zoneId: {
    flag: "zone-id",
    value: "ID",
    group: "where",
    scope: "init",
    file: "zoneId",
    parse: parseZoneId,
    about: "The hosted zone, where several have the domain's name",
  },
  context: {
    flag: "context",
    value: "NAME",
    group: "where",
    scope: "where",
    file: null,
    parse: parseWord,
    about: "Your own kubeconfig context, compared with the cluster",
  },
  kubeconfig: {
    flag: "kubeconfig",
    value: "FILE",
    group: "where",
    scope: "where",
    file: null,
    parse: parsePathOfFile,
    about: "Your own kubeconfig",
  },
} as const satisfies Record<string, Setting>;

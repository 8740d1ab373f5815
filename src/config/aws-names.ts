import { wrongValue } from "./wrong-value.ts";

/** A cluster's name, as EKS allows it (CreateCluster, name). Throws `GT-CONFIG-VALUE`. */
export function parseCluster(text: string): string {
  if (/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(text)) return text;
  const meant = /^arn:[^:]+:eks:[^:]+:\d+:cluster\/([A-Za-z0-9_-]+)$/.exec(text)?.[1];
  throw wrongValue(
    text,
    "is no EKS cluster name: allowed are letters, digits, - and _, up to 100, first a letter or digit",
    meant,
  );
}

/** A region's name; whether AWS has it is for AWS to say. Throws `GT-CONFIG-VALUE`. */
export function parseRegion(text: string): string {
  if (/^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/.test(text)) return text;
  const meant = /^([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})[a-z]?$/.exec(text.trim().toLowerCase())?.[1];
  throw wrongValue(text, "is no AWS region: a name like eu-west-1 is needed", meant);
}

/** A hosted zone's id, without `/hostedzone/`. Throws `GT-CONFIG-VALUE`. */
export function parseZoneId(text: string): string {
  const id = text.replace(/^\/?hostedzone\//, "");
  if (/^[A-Z0-9]{1,32}$/.test(id)) return id;
  const upper = id.trim().toUpperCase();
  throw wrongValue(
    text,
    "is no hosted zone id: allowed are capital letters and digits, up to 32",
    /^[A-Z0-9]{1,32}$/.test(upper) ? upper : undefined,
  );
}

/** The ARN of the IAM policy that bounds the role. Throws `GT-CONFIG-VALUE`. */
export function parsePermissionsBoundary(text: string): string {
  if (/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/.test(text)) return text;
  throw wrongValue(text, "is no policy ARN: arn:aws:iam::<account>:policy/<name> is needed");
}

/** A profile of the AWS config files. Throws `GT-CONFIG-VALUE`. */
export function parseProfile(text: string): string {
  if (/^[^\s[\]"'-][^[\]\r\n"]{0,127}$/.test(text)) return text;
  throw wrongValue(text, "is no profile name");
}

// Imported lazily and by name, so that a bundle holds these commands and no others.
export { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

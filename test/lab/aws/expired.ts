import type { Person } from "./account.ts";
import type { Aws } from "./aws.ts";

/** Has every service say that a person's credentials have expired; the answer takes it back. */
export function expireCredentials({ proxy }: Pick<Aws, "proxy">, person: Person): () => void {
  const message = "The security token included in the request is expired";
  const match = ({ accessKeyId }: { accessKeyId: string | undefined }) =>
    accessKeyId === person.accessKeyId;
  const takeBack = [
    proxy.rules.add({
      match,
      service: "eks",
      error: { status: 403, code: "ExpiredTokenException", message },
    }),
    proxy.rules.add({ match, error: { status: 403, code: "ExpiredToken", message } }),
  ];
  return () => {
    for (const take of takeBack) take();
  };
}

/** The one thing to do about an event of a Service that gets no load balancer, where it is known. */
export function adviseOnBalancer(message: string): string | undefined {
  if (!/subnet/.test(message)) return undefined;
  return "Tag at least one public subnet per zone: aws ec2 create-tags --resources SUBNET-ID --tags Key=kubernetes.io/role/elb,Value=1";
}

/** Of one that is internal where an internet-facing one is wanted. */
export const REMAKE_BALANCER =
  "A scheme cannot be changed: delete the Service, and its controller makes it anew with the Gateway's infrastructure annotations.";

/** RFC 1918, RFC 6598 and RFC 4193. */
export function isPrivateAddress(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd])/i.test(
    address,
  );
}

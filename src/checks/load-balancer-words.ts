/** The one thing to do about an event of a Service that gets no load balancer, where it is known. */
export function adviseOnBalancer(message: string): string | undefined {
  if (!/subnet/.test(message)) return undefined;
  return "Tag at least one public subnet per zone: aws ec2 create-tags --resources SUBNET-ID --tags Key=kubernetes.io/role/elb,Value=1";
}

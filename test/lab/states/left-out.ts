/** States that no API server can be brought to, or that the command never looks at, and why. */
export const leftOut: Record<string, string> = {
  "crds-not-established":
    "The API server sets Established itself, the moment that it is written otherwise.",
  "crds-never-established": "The API server establishes what it can: it would have to be broken.",
  "crds-names-taken": "The API server looks again whose the names are, and gives them back.",
  "installation-absent":
    "The command finds what is there without it, or ends with GT-NOT-INSTALLED; the same suite sees that.",
  "status-of-unknown-shape":
    "The CRD's schema refuses such a status: only a CRD of another version would let it in.",
};

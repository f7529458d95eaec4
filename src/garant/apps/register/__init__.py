"""The register of processing activities, shown and handed out, from a version of the policy."""

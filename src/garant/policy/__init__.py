"""What is promised: the policy document, its loader with line numbers, its checks, and calendar periods."""

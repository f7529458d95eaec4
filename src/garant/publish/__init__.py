"""What is shown: the notice, the register, certificates; made from a policy alone, in French and in English."""

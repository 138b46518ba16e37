"""From target values to what is sent: plans, the clearing forms, requests."""

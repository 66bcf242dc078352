"""What a gateway has asked of DynamoDB, by its own count."""

import requests


def requests_answered(admin_url):
    """Without those of its probes, and those whose answer was lost."""
    lines = requests.get(admin_url + "/metrics", timeout=5).text.splitlines()
    return sum(int(line.split()[-1]) for line in lines
               if line.startswith("twofold_dynamodb_requests_total{")
               and "DescribeTable" not in line
               and ('result="ok"' in line or 'result="conflict"' in line))

"""DynamoDB as other software uses it: plain HTTP. DynamoDB Local wants a signature's form, not its
truth.
"""

import requests

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=twofoldlocal/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=0")


class DynamoDB:
    def __init__(self, url):
        self.url = url

    def call(self, operation, **body):
        answer = requests.post(self.url, json=body, timeout=10, headers={
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20260101T000000Z", "Authorization": AUTHORIZATION})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def item(self, model, product_id):
        """The item, attributes with their types as DynamoDB has them; None when there is none."""
        return self.call("GetItem", TableName=model.table, ConsistentRead=True,
                         Key={model.id: {"N": str(product_id)}}).get("Item")

    def put(self, model, product_id, name, price, out_of_stock, **more):
        """As the .NET mapper saves it: booleans as N, and nothing of ours."""
        self.call("PutItem", TableName=model.table, Item={
            model.id: {"N": str(product_id)}, model.name: {"S": name},
            model.price: {"N": str(price)},
            model.out: {"N": str(int(out_of_stock))}, **more})

    def delete(self, model, product_id):
        self.call("DeleteItem", TableName=model.table, Key={model.id: {"N": str(product_id)}})

    def count(self, model):
        return self.call("Scan", TableName=model.table, Select="COUNT",
                         ConsistentRead=True)["Count"]

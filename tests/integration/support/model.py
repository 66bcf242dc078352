"""The names of a model of products: the shipped one, and a copy in which every name is another."""

import dataclasses
import itertools
import pathlib
import subprocess
from decimal import Decimal

RENAME = pathlib.Path(__file__).resolve().parents[2] / "rename-model"

_ids = itertools.count(1000)


@dataclasses.dataclass(frozen=True)
class Model:
    folder: str = "products"
    path: str = "/products"
    stock_path: str = "/products/in-stock"
    aggregate: str = "Product"
    table: str = "Products"
    database: str = "twofold_products"
    rows: str = "products"
    id: str = "ProductId"
    name: str = "Name"
    price: str = "Price"
    out: str = "OutOfStock"

    def __str__(self):
        return self.aggregate

    @staticmethod
    def new_id():
        """One that no other test of this run uses."""
        return next(_ids)

    def one(self, product_id):
        return f"{self.path}/{product_id}"

    def fields(self, name="Tea", price=Decimal("4.25"), out=False):
        return {self.name: name, self.price: price, self.out: out}

    def whole(self, product_id, **fields):
        return {self.id: product_id, **self.fields(**fields)}


def renamed(model):
    """MODEL under the names that tests/rename-model gives."""
    words = subprocess.run([RENAME, "--map"], check=True, text=True,
                           capture_output=True).stdout.split()
    names = dataclasses.asdict(model)
    for old, new in zip(words[::2], words[1::2]):
        names = {field: name.replace(old, new) for field, name in names.items()}
    return Model(**names)


PRODUCTS = Model()
RENAMED = renamed(PRODUCTS)

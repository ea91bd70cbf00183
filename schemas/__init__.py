"""Contracts: Avro schemas, the records made from them, the wire codec and the ids."""

"""The local stack: Kafka, schema registry and Flink from package registries, supervised, on loopback."""

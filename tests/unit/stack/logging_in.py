"""A child's program: a JVM with the stack's configuration, as TaskManagers and `flink run` have it.

``python logging_in.py HOME URL`` prints what its clients of the registry and of Kafka would use.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from stack import flink
from stack.settings import StackSettings


def main(home: str, url: str) -> None:
    settings = StackSettings(home=Path(home))
    os.environ.update(flink.environment(settings))
    from pyflink.java_gateway import get_gateway

    java = get_gateway().jvm
    answered = java.java.net.URL(url).openConnection().getResponseCode()
    configured = java.org.apache.flink.configuration.GlobalConfiguration.loadConfiguration(
        str(flink.conf(settings))
    )
    security = java.org.apache.flink.runtime.security
    security.SecurityUtils.install(security.SecurityConfiguration(configured))
    login = java.javax.security.auth.login.LoginContext("KafkaClient")
    login.login()
    names = [str(each) for each in login.getSubject().getPublicCredentials()]
    print(json.dumps({"answered": answered, "names": names}))


if __name__ == "__main__":
    main(*sys.argv[1:])
